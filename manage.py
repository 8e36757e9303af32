#!/usr/bin/env python
"""Django's command line, on the embedded services unless the environment names others."""

import os
import sys

# These change the schema: they run as the owner of the database, never as the role of the web.
OWNER_COMMANDS = {"migrate", "flush", "sqlflush", "pgtrigger"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
    from spro import embedded

    embedded.use_if_needed()
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        embedded.become_owner()

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
