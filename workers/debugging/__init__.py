"""Programs under the debugger: debugpy inside the sandbox, spoken with by DAP over the run's pipes."""
