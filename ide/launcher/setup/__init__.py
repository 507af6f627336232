"""Prepares a machine: `python3 -m ide.launcher.setup run|check|test|lock` does what is still missing.

Standard library only: it runs before anything is installed. Each step says what it does when it has something to do,
and how to mend it when it fails. What was done is remembered in stamps, so that doing it again needs no network.
Nothing is written outside the checkout, but Debian packages when root.
"""
