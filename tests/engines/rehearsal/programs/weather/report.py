import json
from pathlib import Path

__all__ = ["load", "average"]
TAX_RATE = 0.2
RETRY_DELAY = 3
REQUEST_TIMEOUT = 10


def load(path):
    return json.loads(Path(path).read_text())


def average(values):
    total = 0
    for value in values:
        total += value
    return total / len(values)


def describe(total):
    return f"total: {total} of {len('total')}"
