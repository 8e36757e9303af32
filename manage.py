#!/usr/bin/env python
"""Django's command line, on the embedded services unless the environment names others."""

import os
import sys
from pathlib import Path

# These change the schema: they run as the owner of the database, never as the role of the web.
OWNER_COMMANDS = {"migrate", "flush", "sqlflush", "pgtrigger"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
    import environ

    from spro import embedded

    # Before the choice of the servers: an installation may name its own in `.env` alone.
    environ.Env.read_env(Path(__file__).resolve().parent / ".env")
    embedded.use_if_needed()
    demo = embedded.local_dir() / embedded.SITE_URL_FILE
    if "SITE_URL" not in os.environ and demo.exists():  # the demonstration said where it stands
        os.environ["SITE_URL"] = demo.read_text()
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        embedded.become_owner()

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
