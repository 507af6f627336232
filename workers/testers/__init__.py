"""Runs of the tests: what the sandbox is told to do, and what is believed of what it reports."""
