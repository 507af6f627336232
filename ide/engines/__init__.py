"""The outside world behind small Protocols: models, the queue, the bus between processes."""
