"""Where everything is executed that people or models want executed, and the only place that starts processes."""
