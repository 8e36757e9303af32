"""The figures that leave the platforms: a fixed set of tables over fixed periods, counted once (D8, D9, issue 6).

**What is published.** Each calendar quarter, the flows by step and the median delay of the first contact; each calendar
year, the same flows, solutions, closings and lasting returns by sex, age class, origin of the person and by their own
classes. Rows: the region, its departments, its platforms. Nothing else: no filter, no date, no crossing is chosen by
who reads, so that no two answers can be subtracted.

**When.** `DELAY` days after the quarter has ended. The database itself (`psad_figures`, migration « figures ») answers
the task `figures` alone, for a whole calendar quarter that has ended since that long and that was never published. A
year is the sum of its four quarters as they were counted then, never a second look: what was corrected since cannot be
found as a difference. The published tables are append-only.

**What is hidden.** Rows with a cell under five, and what would let them be found: `core/small_counts.py`. Further:

- a year's row is published where its four quarters are (it says then nothing that they do not), and its classes under
  the same rule; where a platform changed departments in the year, neither of the two has a yearly row;
- classes are few and cover everybody (« Masculin ou non renseigné »): the complement of a cell is a cell;
- a median is given from ten people on, in whole days;
- what is « lasting » and what is not are two tables hidden each by the rule.

Of a platform, its name and whether it has ever received anybody are no secret: one that has not has no row.

**Attacker.** Whoever reads every publication of every period. What they may know besides (they are the only adviser of
a platform, they know all but one of the persons) no table holds against: that is what circle 1's own access is for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

DELAY = dt.timedelta(days=15)
"""After the end of a quarter: the time to write what was done in its last days. The database holds the same number."""
MEDIAN_FROM = 10
MEDIAN = "delay"
USED = "used"

SEX = (("f", "Féminin"), ("other", "Masculin ou non renseigné"))
AGE = (("16", "16-17 ans"), ("18", "18-20 ans"), ("21", "21 ans et plus"))
ORIGIN = (("scolaire", "Formation scolaire"), ("apprentissage", "Apprentissage"), ("other", "Autre ou non renseignée"))
PEOPLE = {"sex": ("Sexe", SEX), "age": ("Âge à l’arrivée", AGE), "origin": ("Formation quittée", ORIGIN)}


@dataclass(frozen=True)
class Measure:
    """What is counted: people to whom something happened in the period."""

    key: str
    label: str
    quarterly: bool = True
    own: str = ""
    own_label: str = ""
    classes: tuple[tuple[str, str], ...] = ()

    @property
    def dimensions(self) -> dict[str, tuple[str, tuple[tuple[str, str], ...]]]:
        """`{key: (title, classes)}` of its tables, those of its own classes first."""
        own = {self.own: (self.own_label, self.classes)} if self.own else {}
        return own | PEOPLE


MEASURES = (
    Measure("received", "Jeunes reçus", own="source", own_label="Provenance", classes=(
        ("rio", "Liste RIO"), ("other", "Signalement, demande ou autre plateforme"),
    )),
    Measure("prepared", "Contacts préparés"),
    Measure("contacted", "Jeunes joints", own="delay", own_label="Délai du premier contact", classes=(
        ("15", "15 jours ou moins"), ("30", "16 à 30 jours"), ("31", "Plus de 30 jours"),
    )),
    Measure("proposed", "Solutions proposées"),
    Measure("solved", "Solutions commencées", own="kind", own_label="Sorte de solution", classes=(
        ("school", "Retour en formation scolaire"), ("apprentice", "Apprentissage"),
        ("training", "Formation de la Région, E2C, Épide"),
        ("other", "Accompagnement, service civique, stage, emploi ou autre"),
    )),
    Measure("closed", "Accompagnements clos", own="reason", own_label="Motif", classes=(
        ("solved", "En solution"), ("unreached", "Injoignable"), ("other", "Autre motif"),
    )),
    Measure("held3", "Toujours en solution à 3 mois", quarterly=False),
    Measure("lost3", "Sans solution ou sans nouvelles à 3 mois", quarterly=False),
    Measure("held6", "Toujours en solution à 6 mois", quarterly=False),
    Measure("lost6", "Sans solution ou sans nouvelles à 6 mois", quarterly=False),
)  # fmt: skip
BY_KEY = {measure.key: measure for measure in MEASURES}
QUARTERLY = tuple(measure for measure in MEASURES if measure.quarterly)


def quarter_of(day: dt.date) -> dt.date:
    """The first day of its quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def after(quarter: dt.date, count: int = 1) -> dt.date:
    """The first day of the quarter that comes `count` quarters later (earlier when negative)."""
    months = quarter.year * 12 + quarter.month - 1 + 3 * count
    return dt.date(months // 12, months % 12 + 1, 1)


def is_over(quarter: dt.date, today: dt.date) -> bool:
    """Whether a quarter may be counted: it has ended, and `DELAY` has passed."""
    return today >= after(quarter) + DELAY
