"""Greets whoever runs it."""


def greeting(name: str) -> str:
    """What to say to `name`."""
    return f"Hello, {name}!"


if __name__ == "__main__":
    print(greeting(input("What is your name? ") or "stranger"))
