"""`manage.py import_events`: reads a source now, or a file for an organisation (A6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.importers.command import run_file
from events.importers.formats import READERS
from events.importers.incoming import FormatError
from events.models import Source
from events.services.importing import BusyError, Report
from events.services.reading import ReadError, read_source
from members.models import Organisation


class Command(BaseCommand):
    help = "Lit l’agenda d’une source, ou un fichier d’évènements pour un organisme."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", help="identifiant d’une source déjà déclarée")
        parser.add_argument("--file", help="chemin d’un fichier")
        parser.add_argument("--format", help=f"format du fichier : {', '.join(READERS)}")
        parser.add_argument("--organisation", help="identifiant de l’organisme qui tient ces évènements")
        parser.add_argument("--dry-run", action="store_true", help="dit ce qui serait fait, n’écrit rien")
        parser.add_argument(
            "--withdraw", action="store_true", help="retire ce qui n’est plus donné, même si c’est presque tout"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["source"]) == bool(options["file"]):
            raise CommandError(
                "Donnez --source IDENTIFIANT, ou --file FICHIER --format FORMAT --organisation ORGANISME."
            )
        try:
            report = self._source(options) if options["source"] else self._file(options)
        except (FormatError, BusyError, ReadError) as error:
            raise CommandError(str(error)) from error
        self._say(report)

    def _source(self, options: dict[str, Any]) -> Report:
        source = Source.objects.select_related("organisation").filter(slug=options["source"]).first()
        if source is None:
            raise CommandError(f"Source inconnue : {options['source']}")
        return read_source(source, dry_run=options["dry_run"], withdraw=options["withdraw"] or None)

    def _file(self, options: dict[str, Any]) -> Report:
        if options["format"] not in READERS:
            raise CommandError(
                f"Format inconnu : {options['format'] or '(aucun)'}. Formats lus : {', '.join(READERS)}."
            )
        organisation = Organisation.objects.filter(slug=options["organisation"] or "").first()
        if organisation is None:
            raise CommandError(f"Organisme inconnu : {options['organisation'] or '(aucun)'}")
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"Fichier introuvable : {options['file']}")
        return run_file(path, options["format"], organisation, options["dry_run"], withdraw=options["withdraw"] or None)

    def _say(self, report: Report) -> None:
        for name, count in report.counts.items():
            self.stdout.write(f"{name}: {count}")
        for line in report.rejections:
            self.stdout.write(f"{line['where']} – {line['title'] or '(sans titre)'} : {line['reason']}")
        if report.rejected > len(report.rejections):
            self.stdout.write(f"… et {report.rejected - len(report.rejections)} autres.")
        for note in report.notes[:50]:
            self.stderr.write(note)
        if report.suspicious:
            self.stderr.write(report.suspicious)
