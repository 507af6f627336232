"""What is said to a model's server and what it answers: one file a wire protocol."""
