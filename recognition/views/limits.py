"""What one account may ask for in an hour: files given, of which a costly one counts for many, and numbers asked about,
which tell whether a SIREN has a dossier (S2, O2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from core.fair_use import AccountUse

_ASKED = "recognition.siret"  # of the session: the number asked about last
HEAVY = 20  # what a file counts for whose opening had to be stopped


class UploadUse(AccountUse):
    scope = "uploads"


@contextmanager
def counted(request: HttpRequest) -> Iterator[None]:
    """Around the reading of a file. Raises `ValidationError` (French) when this account gave too many."""
    use = UploadUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `user` only
        minutes = -(-use.seconds() // 60)
        said = f"Beaucoup de fichiers viennent de votre compte\u00a0: donnez celui-ci dans {minutes}\u00a0min."
        raise ValidationError(said, code="many")
    try:
        yield
    except ValidationError as error:
        if error.code == "heavy":
            for _ in range(HEAVY - 1):
                use.allow_request(request, None)  # type: ignore[arg-type]
        raise


class StartUse(AccountUse):
    scope = "starts"


def count_siret(request: HttpRequest, siret: str) -> None:
    """Raises `ValidationError` (French) when this account asked about too many numbers; the same again is no other."""
    if request.session.get(_ASKED) == siret:
        return
    use = StartUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]
        minutes = -(-use.seconds() // 60)
        said = f"Votre compte a essayé beaucoup de numéros SIRET\u00a0: recommencez dans {minutes}\u00a0min."
        raise ValidationError(said, code="many")
    request.session[_ASKED] = siret
