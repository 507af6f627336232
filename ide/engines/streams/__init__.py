"""How a model's answer is read, whatever protocol it comes in."""
