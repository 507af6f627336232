"""A process that commits updates of a room and says of each when it is committed: `python -m … ROOM`."""

from __future__ import annotations

import os
import sys
from itertools import count

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ide.settings"
    django.setup()
    from ide.store import updates

    for number in count():
        updates.append([(sys.argv[1], str(number).encode())])
        print(number, flush=True)
