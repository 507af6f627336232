"""See the package. Old Pythons read this file too, and tell people that they are old."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Sparkroom needs Python 3.11 or newer; this is %d.%d. Name a newer one: make PYTHON=python3.12 run"
        % sys.version_info[:2]
    )

from ide.launcher.setup.commands import main

main(sys.argv[1:])
