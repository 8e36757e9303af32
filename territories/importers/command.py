"""What the three loading commands share: they print the report, and fail in French with every reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.packs.report import LoadError, Report


class LoadCommand(BaseCommand):
    """A command that loads one path; `load` answers the report or raises `LoadError`."""

    path_help = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help=self.path_help)

    def run(self, load: Callable[[], Report]) -> None:
        """Print what `load` did. Raises `CommandError` (exit code 1) with what is wrong."""
        try:
            report = load()
        except LoadError as error:
            raise CommandError("\n".join(["Rien n’a été chargé.", *error.lines])) from error
        self.print(report.lines())
        if not report.changed:
            self.stdout.write("Rien à changer.")

    def print(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)

    def handle(self, *args: Any, **options: Any) -> None:
        raise NotImplementedError
