"""The Celery process: executes what people and models want executed."""
