"""Starts what Sparkroom is made of: `setup` prepares a machine, `serve` keeps the processes running."""
