"""A case begins: from a list, a report, or the person (D2, D4). Never twice in a platform."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.sealing import new_key
from psad.identity import Identity, seal_identity
from psad.intake.matching import Keys, keys_of
from psad.lists import Origin, Source, Step
from psad.models import Case, Platform
from territories.models import Commune

YOUNGEST = 16
OBLIGATION_ENDS = 18


def new_case(
    *, platform: Platform, identity: Identity, source: Source, received_on: dt.date, opened_by: Any = None,
    origin: Origin | str = "", sex: str = "", commune: Commune | None = None, left_on: dt.date | None = None,
    school_uai: str = "", keys: Keys | None = None,
) -> Case:  # fmt: skip
    """A case ready to be saved (or saved by the hundred): sealed, with its keys and its first deadline.

    Raises `ValueError` under 16 on the day it is received (D3, D11): the forms and the import say it in French first.
    """
    if identity.age_on(received_on) < YOUNGEST:
        raise ValueError("under 16")
    keys = keys or keys_of(identity, platform.pk)
    seal, wrapped = new_key()
    case = Case(
        platform=platform, sealed_key=wrapped, match_key=keys.match, sound_key=keys.sound, word_keys=keys.words,
        elsewhere_key=keys.elsewhere, source=source, origin=origin, sex=sex, commune=commune, left_on=left_on,
        school_uai=school_uai, birth_month=identity.birth_date.replace(day=1), received_on=received_on,
        opened_by=opened_by, step=Step.RECEIVED, due_what="prepare",
        due_on=received_on + dt.timedelta(days=platform.contact_days),
    )  # fmt: skip
    case.identity = seal_identity(identity, seal, case)
    return case
