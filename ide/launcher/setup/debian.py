"""Debian packages: installed when root, otherwise people are told how."""

from __future__ import annotations

import os
import shutil

from ide.launcher.setup.steps import BUILD, ROOT, Failed, run, say

VENV_PYTHON = ROOT / ".venv" / "bin" / "python"
# Where Playwright keeps the browsers that it downloads.
BROWSERS = {"PLAYWRIGHT_BROWSERS_PATH": str(BUILD / "browsers")}


def can_install() -> bool:
    """Whether this process may install Debian packages."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    """Install packages, with fresh lists if the machine's do not do. Raises Failed."""
    command = ("apt-get", "install", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", *packages)
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run(*command, environment=environment)
    except Failed:
        run("apt-get", "update", environment=environment)
        run(*command, environment=environment)


def bubblewrap() -> bool:
    """See to bubblewrap; whether it is there then. Without it everything but runs works, so its lack ends nothing."""
    if shutil.which("bwrap"):
        return True
    if can_install():
        say("Installing bubblewrap, which runs people's programs apart from everything else …")
        try:
            install("bubblewrap")
        except Failed as failure:
            say(str(failure))
        else:
            return True
    say("Runs are not available: bubblewrap is missing. Get it with: sudo apt-get install bubblewrap")
    return False


def page_browser() -> None:
    """See to a Chromium for page checks. Without it everything else works, so its lack ends nothing."""
    if shutil.which("chromium-headless-shell") or shutil.which("chromium") or (BUILD / "browsers").is_dir():
        return
    if can_install():
        say("Installing Chromium, which looks at pages that people want checked …")
        try:
            install("chromium-headless-shell", "fonts-liberation")
        except Failed as failure:
            say(str(failure))
        else:
            return
    say(
        "Page checks are not available: Chromium is missing. Get it with: sudo apt-get install chromium-headless-shell"
        " fonts-liberation"
    )


def browser() -> None:
    """See to a Chromium for browser tests: the system's, Debian's, or Playwright's own, in the checkout."""
    if shutil.which("chromium"):
        return
    say("Installing Chromium, which the browser tests use …")
    try:
        if can_install():
            install("chromium", "fonts-liberation")
        else:
            run(VENV_PYTHON, "-m", "playwright", "install", "chromium", environment=BROWSERS)
    except Failed as failure:
        raise SystemExit(f"{failure}\nChromium is missing. Get it with: sudo apt-get install chromium") from None
