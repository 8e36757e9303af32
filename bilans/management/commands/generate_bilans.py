"""`manage.py generate_bilans --year Y [--kind K]… [--jobs N]`: the documents of a year, in PDF (B4)."""

from __future__ import annotations

import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bilans import kinds
from bilans.models import Campaign, Item, Production
from bilans.services import bulk
from bilans.services.bulk import Progress
from bilans.services.workers import cores, work

WIDTH = 30  # characters of the bar
EVERY = 10  # percent between two plain lines
INTERRUPTED = 130  # as shells say Ctrl-C


class Command(BaseCommand):
    help = (
        "Produit les documents PDF des bilans d’une année. Un document dont les données n’ont pas changé n’est pas"
        " redessiné ; une exécution interrompue reprend où elle en était. Code 1 si un document est en échec."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, metavar="AAAA", help="L’année dont on rend compte.")
        parser.add_argument(
            "--kind", action="append", choices=kinds.names(), help="Une sorte de bilan (répétable) ; toutes sinon."
        )
        parser.add_argument("--jobs", type=int, metavar="N", help="Processus qui dessinent ; un par cœur sinon.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.begun = time.monotonic()
        if options["jobs"] is not None and not 1 <= options["jobs"] <= 4 * cores():
            raise CommandError(f"--jobs\u00a0: donnez un nombre de 1 à {4 * cores()}.")
        campaign = self._campaign(options["year"])
        before = bulk.current(campaign)
        if before:
            self._finish(before, options["jobs"])
        try:
            asked = bulk.start(campaign, options["kind"] or (), at=timezone.now(), wake=False)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if failed := self._run(asked, options["jobs"]):
            raise CommandError(f"{_count(failed, 'document')} en échec.", returncode=1)

    def _campaign(self, year: int) -> Campaign:
        found = Campaign.objects.filter(year=year).first()
        if found is None:
            years = ", ".join(map(str, Campaign.objects.values_list("year", flat=True)))
            known = f" Années connues\u00a0: {years}." if years else " Aucune campagne n’est connue."
            raise CommandError(f"Il n’y a pas de campagne de bilans {year}.{known}")
        return found

    def _finish(self, production: Production, jobs: int | None) -> None:
        """What an earlier run left; then everything is looked at again, for what changed since."""
        self.stdout.write(f"Reprise de la production demandée le {timezone.localtime(production.asked_at):%d/%m/%Y}.")
        try:
            bulk.resume(production, user=None, wake=False)
        except ValidationError:  # another worker has just finished it
            return
        self._run(production, jobs)

    def _run(self, production: Production, jobs: int | None) -> int:
        """Make it and say how it goes; how many documents failed."""
        self.said = -1
        self.told: set[int] = set()
        try:
            work(production, jobs, tell=lambda: self._tell(production))
        except KeyboardInterrupt:
            self._end_of_bar()
            raise CommandError(
                "Interrompu. La même commande reprend où celle-ci s’est arrêtée.", returncode=INTERRUPTED
            ) from None
        self._end_of_bar()
        done = bulk.progress(production)
        production.refresh_from_db(fields=["stopped_at"])
        if production.stopped_at:
            raise CommandError(f"Production arrêtée au bureau\u00a0: {_count(done.left, 'document')} à faire.")
        self.stdout.write(f"{_said(done)}, en {time.monotonic() - self.begun:.0f}\u00a0s.")
        return done.failed

    def _tell(self, production: Production) -> None:
        done = bulk.progress(production)
        if done.failed > len(self.told):
            self._say_failures(production)
        if done.percent == self.said:
            return
        if self.stdout.isatty():
            full = WIDTH * done.done // (done.total or 1)
            bar = "█" * full + "░" * (WIDTH - full)
            self.stdout.write(f"\r{bar} {done.percent:3d}\u00a0% {done.done}/{done.total}", ending="")
            self.stdout.flush()
        elif done.percent // EVERY > self.said // EVERY or self.said < 0:
            self.stdout.write(f"{done.done}/{done.total} ({done.percent}\u00a0%)")
            self.stdout.flush()  # a pipe keeps lines back
        self.said = done.percent

    def _say_failures(self, production: Production) -> None:
        self._end_of_bar()
        failures = production.items.filter(state=Item.State.FAILED).exclude(pk__in=self.told).select_related("bilan")
        for item in failures.order_by("order"):
            self.told.add(item.pk)
            self.stderr.write(f"{item.bilan.get_kind_display()}, {item.bilan.name}\u00a0: {item.error}")

    def _end_of_bar(self) -> None:
        if self.stdout.isatty() and self.said >= 0:
            self.stdout.write("")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number > 1)}"


def _said(done: Progress) -> str:
    plural = "s" * (done.drawn > 1)
    words = [f"{_count(done.drawn, 'document')} produit{plural}", f"{done.same} inchangé{'s' * (done.same > 1)}"]
    return ", ".join([*words, *([f"{done.failed} en échec"] if done.failed else [])])
