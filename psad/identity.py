"""Who a young person is: the only words about them that are not of a closed list, sealed in the case (D8, D11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from core.sealing import Seal, opened
from psad.models import Case

IDENTITY = "identity"


@dataclass(frozen=True, repr=False)
class Identity:
    """Each value is text, empty when unknown; `birth_date` is a date. A trace or a log that shows it says nobody."""

    surname: str
    given_names: str
    birth_date: dt.date
    address: str = ""
    postcode: str = ""
    town: str = ""
    phone: str = ""
    other_phone: str = ""
    email: str = ""
    ine: str = ""
    school: str = ""
    class_name: str = ""
    followed_by_ml: str = ""  # "oui", "non" or unknown, as the list said

    def __repr__(self) -> str:
        return "Identity(…)"

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.surname}".strip()

    def age_on(self, day: dt.date) -> int:
        """Full years on `day`; born on 29 February, one turns on 1 March of the years that have none."""
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before

    def birthday(self, years: int) -> dt.date:
        """The day on which the person is `years` old."""
        try:
            return self.birth_date.replace(year=self.birth_date.year + years)
        except ValueError:
            return dt.date(self.birth_date.year + years, 3, 1)

    def completed(self, other: Identity) -> Identity:
        """This identity, with what it lacks taken from `other`: nothing known is lost to an empty cell."""
        mine = self.words()
        blank: dict[str, Any] = {name: value for name, value in other.words().items() if value and not mine[name]}
        return replace(self, **blank)

    def words(self) -> dict[str, str]:
        """Every value but the birth date."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "birth_date"}


def seal_identity(identity: Identity, seal: Seal, case: Case) -> bytes:
    values: dict[str, Any] = {name: value for name, value in asdict(identity).items() if value}
    return seal.close(values | {"birth_date": identity.birth_date.isoformat()}, bound=bound(case, IDENTITY))


def identity_of(case: Case, seal: Seal | None = None) -> Identity:
    """Opened. Raises `Undecipherable`. Only `psad.reading` calls it for a person: there, it is logged first."""
    values = (seal or opened(case.sealed_key)).open(case.identity, bound=bound(case, IDENTITY))
    values["birth_date"] = dt.date.fromisoformat(values["birth_date"])
    return Identity(**values)


def bound(case: Case, field: str) -> str:
    """The place that a sealed value of a case is bound to."""
    return f"case/{case.pk}/{field}"
