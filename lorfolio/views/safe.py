"""`/lorfolio/coffre/`: the files of one's own; each is sealed on our disk and leaves as a file to keep (L7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from core.encryption import Undecipherable
from core.fair_use import AccountUse
from core.uploads import in_memory
from lorfolio import shelf
from lorfolio.forms.safe import Deposit, Naming
from lorfolio.http import is_minor, mine, owner
from lorfolio.lists import Act
from lorfolio.models import Portfolio, SafeFile
from lorfolio.services import safe, safe_keeping

Answer = TypeVar("Answer", bound=HttpResponseBase)
GET_POST = require_http_methods(["GET", "HEAD", "POST"])


class UploadUse(AccountUse):
    scope = "uploads"


@in_memory
@owner
@GET_POST
def files(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """The list; a POST deposits. Each file is kept or refused by itself, and told by its name."""
    if request.method != "POST":
        return _list(request, portfolio, Deposit())
    form = Deposit(request.POST, request.FILES)
    kept, refused = 0, list[tuple[str, str]]()
    if form.is_valid():
        kept, refused = _deposit(request, portfolio, form.cleaned_data["file"])
        for name, why in refused:
            form.add_error("file", f"«\u00a0{name}\u00a0» n’est pas gardé. {why}")
    if request.headers.get("Accept") == "application/json":  # one file at a time, by the script of the page
        said = [str(error) for error in form.errors.get("file", [])]
        return JsonResponse({"kept": kept, "refused": said}, json_dumps_params={"ensure_ascii": False})
    if form.errors:
        portfolio.refresh_from_db(fields=["used_bytes"])
        return _list(request, portfolio, form, kept)
    messages.success(request, _told(kept))
    return redirect("lorfolio_safe")


def _told(kept: int) -> str:
    return "Le document est dans votre coffre." if kept == 1 else f"{kept} documents sont dans votre coffre."


def _deposit(request: HttpRequest, portfolio: Portfolio, uploads: list[Any]) -> tuple[int, list[tuple[str, str]]]:
    kept, refused = 0, []
    for upload in uploads:
        try:
            with _counted(request):
                if upload.size > settings.LORFOLIO_FILE_BYTES:  # before it is read
                    raise ValidationError(safe.too_large())
                safe.add(portfolio=portfolio, name=upload.name, data=upload.read(), at=timezone.now())
            kept += 1
        except ValidationError as error:
            refused.append((upload.name[:120], " ".join(error.messages)))
    return kept, refused


@contextmanager
def _counted(request: HttpRequest) -> Iterator[None]:
    """Raises `ValidationError` (French) when this account gave too many files."""
    use = UploadUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `user` only
        minutes = -(-use.seconds() // 60)
        raise ValidationError(
            f"Beaucoup de fichiers viennent de votre compte\u00a0: réessayez dans {minutes}\u00a0min."
        )
    yield


def _list(request: HttpRequest, portfolio: Portfolio, form: Deposit, kept: int = 0) -> HttpResponse:
    after = None
    with suppress(ValueError):
        after = UUID(request.GET.get("suite", ""))
    context = {
        "portfolio": portfolio, "page": shelf.page(portfolio, after, timezone.now()), "form": form,
        "kept": _told(kept) if kept else "", "quota": settings.LORFOLIO_QUOTA_BYTES, "minor": is_minor(portfolio),
        "nearly_full": portfolio.used_bytes * 10 > settings.LORFOLIO_QUOTA_BYTES * 9, "further": after is not None,
        "most_bytes": settings.LORFOLIO_FILE_BYTES,
    }  # fmt: skip
    return render(request, "lorfolio/safe/files.html", context)


@owner
@GET_POST
def one(request: HttpRequest, file: UUID, portfolio: Portfolio) -> HttpResponse:
    """What is known of a file, its name and its note to change."""
    row = mine(SafeFile, portfolio, file)
    [kept] = shelf.shelf(portfolio, [row], timezone.now())
    form = Naming(request.POST or None, initial={"name": kept.name, "note": kept.note})
    if request.method == "POST" and kept.readable and form.is_valid():
        try:
            safe_keeping.rename(file=row, portfolio=portfolio, at=timezone.now(), **form.cleaned_data)
        except ObjectDoesNotExist as error:  # taken out meanwhile
            raise Http404 from error
        messages.success(request, "C’est enregistré.")
        return redirect("lorfolio_file", file)
    context = {"file": kept, "form": form, "minor": is_minor(portfolio)}
    return render(request, "lorfolio/safe/file.html", context)


@owner
@require_safe
def download(request: HttpRequest, file: UUID, portfolio: Portfolio) -> HttpResponse:
    row = mine(SafeFile, portfolio, file)
    if request.method == "HEAD":
        return HttpResponse(content_type="application/octet-stream")
    try:
        facts, data = safe.read(file=row, portfolio=portfolio, act=Act.DOWNLOAD, by=safe.OWNER, at=timezone.now())
    except (OSError, Undecipherable):
        return render(request, "lorfolio/safe/unreadable.html", {"file": row}, status=500)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    return given(request, HttpResponse(data), facts.name, facts.media_type)


@owner
@GET_POST
def delete(request: HttpRequest, file: UUID, portfolio: Portfolio) -> HttpResponse:
    """The page says what goes with it; the POST does it."""
    row = mine(SafeFile, portfolio, file)
    if request.method == "POST":
        safe.remove(file=row, portfolio=portfolio, at=timezone.now())
        messages.success(request, "Le document est supprimé.")
        return redirect("lorfolio_safe")
    [kept] = shelf.shelf(portfolio, [row], timezone.now())
    return render(request, "lorfolio/safe/delete.html", {"file": kept})


def given(request: HttpRequest, response: Answer, name: str, media_type: str) -> Answer:
    """A file to keep: shown in place by nothing, run by nothing, guessed by nothing."""
    request.META.pop("HTTP_ACCEPT_ENCODING", None)  # already packed: another time would only cost
    response["Content-Type"] = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
