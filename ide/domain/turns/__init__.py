"""What a turn is, what it is told, and what a prompt asks for."""
