"""Rules: pure, without a clock, a framework or I/O."""
