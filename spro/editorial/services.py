"""What may happen to a page: it is written, restored, published, withdrawn. One door for each, under a lock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import markdown
from core.journal import Actor, record
from spro.editorial import follow
from spro.editorial.models import CONTENT, FormerAddress, Page, PageImage, Version, content_of

_UNSAID = ("lead", "text")  # long: the versions keep them


class StaleError(ValidationError):
    """Somebody saved the page meanwhile; `current` is the page as it now stands."""

    def __init__(self, current: Page) -> None:
        self.current = current
        super().__init__(
            "Quelqu’un a enregistré cette page pendant que vous l’écriviez. Rien n’est perdu : votre texte est dans le"
            " formulaire, le sien est juste à côté. Reprenez ce qui manque, puis enregistrez de nouveau.",
            code="stale",
        )


# --- its text


@transaction.atomic
def create_page(*, actor: Actor | None, **content: Any) -> Page:
    """A new page, a draft nobody reads yet. `content`: `CONTENT`.

    Raises `ValidationError` (French, by field).
    """
    page = Page(**content)
    _save_content(page)
    _keep_version(page, actor, "première version")
    record(verb="page.create", target=page, actor=actor, changes={"title": [None, page.title]})
    return page


@transaction.atomic
def write_page(*, page: Page, expected: int, actor: Actor | None, summary: str = "", **content: Any) -> Page:
    """Save `content` (all of `CONTENT`) over version `expected`; nothing is written when nothing changes.

    Raises `StaleError` when another version was saved since, `ValidationError` (French, by field) otherwise.
    """
    locked = _locked(page, expected)
    before = content_of(locked)
    for name in CONTENT:
        setattr(locked, name, content[name])
    changed = [name for name in CONTENT if before[name] != content[name]]
    if not changed:
        return locked
    _save_content(locked)
    if "slug" in changed:
        _lead_on(locked, before["slug"])
    _keep_version(locked, actor, summary or _changes_in_words(changed))
    told = {name: [] if name in _UNSAID else [before[name], content[name]] for name in changed}
    changes = {"revision": [expected, locked.revision], **told}
    record(verb="page.write", target=locked, actor=actor, changes=changes)
    follow.tell(locked)
    return locked


def restore_version(*, page: Page, number: int, expected: int, actor: Actor | None) -> Page:
    """Version `number` again, as a new version. Raises as `write_page`, and `Version.DoesNotExist`."""
    version = Version.objects.get(page=page, number=number)
    summary = f"retour à la version {number}"
    return write_page(page=page, expected=expected, actor=actor, summary=summary, **content_of(version))


def text_problems(text: str) -> list[str]:
    """Why `text` may not be saved, in French; empty when it may."""
    if len(text) > markdown.LONGEST:
        return [f"Ce texte est trop long : {markdown.LONGEST} caractères au plus."]
    problems = markdown.refusals(text)
    wanted = markdown.picture_numbers(text)
    known = PageImage.objects.filter(pk__in=wanted).values_list("pk", flat=True) if wanted else ()
    missing = sorted(wanted - set(known))
    if missing:
        problems.append(f"Image inconnue de la bibliothèque : {', '.join(map(str, missing))}.")
    return problems


# --- its publication


@transaction.atomic
def publish(
    *, page: Page, expected: int, actor: Actor | None, at: datetime | None = None, until: datetime | None = None
) -> Page:
    """Show version `expected` now, or from `at` on; until `until` if given.

    A page already online keeps its first date: only its end may be set. Raises `StaleError` when the text is not the
    one that was read, `ValidationError` (French, by field) for dates that make no sense.
    """
    now = timezone.now()
    locked = _locked(page, expected)
    if at is not None and at <= now:
        raise ValidationError({"at": "Cette date est passée : choisissez-en une à venir, ou publiez maintenant."})
    start = at or now
    if locked.stage_at(now) == Page.Stage.PUBLISHED:
        if at is not None:
            raise ValidationError({"at": "Cette page est déjà en ligne : retirez-la d’abord."})
        start = locked.publish_at or now
    if until is not None and until <= max(start, now):
        raise ValidationError({"until": "La fin doit venir après le début, et dans l’avenir."})
    _hold_images(locked.text)  # first: what is checked below is then still there when we are done
    problems = text_problems(locked.text)
    if problems:
        raise ValidationError(problems)
    before = _dates(locked)
    locked.state, locked.publish_at, locked.unpublish_at = Page.State.RELEASED, start, until
    _save_state(locked)
    _record_state(locked, "page.schedule" if start > now else "page.publish", actor, before)
    return locked


@transaction.atomic
def withdraw(*, page: Page, actor: Actor | None) -> Page:
    """Take the page away: its address answers « retirée » (410). Raises `ValidationError` when it is not online."""
    locked = _locked(page)
    if locked.stage != Page.Stage.PUBLISHED:
        raise ValidationError("Cette page n’est pas en ligne.")
    before = _dates(locked)
    locked.state = Page.State.WITHDRAWN
    _save_state(locked)
    _record_state(locked, "page.withdraw", actor, before)
    return locked


@transaction.atomic
def back_to_draft(*, page: Page, actor: Actor | None) -> Page:
    """Give up a publication to come. Raises `ValidationError` when none is."""
    locked = _locked(page)
    if locked.stage != Page.Stage.SCHEDULED:
        raise ValidationError("Aucune publication n’est programmée pour cette page.")
    before = _dates(locked)
    # A page that readers knew stays « retirée » for them: its address was public.
    locked.state = Page.State.WITHDRAWN if locked.first_shown_at else Page.State.DRAFT
    locked.publish_at = locked.unpublish_at = None
    _save_state(locked)
    _record_state(locked, "page.unschedule", actor, before)
    return locked


# --- inside


def _locked(page: Page, expected: int | None = None) -> Page:
    locked = Page.objects.select_for_update().get(pk=page.pk)
    if expected is not None and locked.revision != expected:
        raise StaleError(locked)
    now = timezone.now()
    if locked.first_shown_at is None and locked.publish_at is not None and locked.publish_at <= now:
        locked.first_shown_at = locked.publish_at  # its date came since
    return locked


def _save_content(page: Page) -> None:
    _hold_images(page.text)
    problems = text_problems(page.text)
    if problems:
        raise ValidationError({"text": problems})
    page.revision += 1
    page.changed_at = timezone.now()
    page.full_clean()
    try:
        with transaction.atomic():
            page.save()
    except IntegrityError as error:  # somebody took the address at this very instant
        raise ValidationError({"slug": "Une autre page a déjà cette adresse."}) from error


def _hold_images(text: str) -> None:
    """Nobody deletes, until we are done, the images that the text shows."""
    wanted = markdown.picture_numbers(text)
    if wanted:
        list(PageImage.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))


def _lead_on(page: Page, former: str) -> None:
    """The former address leads to the new one, if anybody may have kept it."""
    FormerAddress.objects.filter(slug=page.slug).delete()
    if page.first_shown_at is not None:
        FormerAddress.objects.update_or_create(slug=former, defaults={"page": page})


def _keep_version(page: Page, actor: Actor | None, summary: str) -> None:
    Version.objects.create(
        page=page, number=page.revision, summary=summary, author_key=actor.journal_key if actor else "",
        author_label=actor.journal_label if actor else "système", **content_of(page),
    )  # fmt: skip


def _changes_in_words(changed: list[str]) -> str:
    return ", ".join(str(Page._meta.get_field(name).verbose_name) for name in changed)  # type: ignore[union-attr]


def _dates(page: Page) -> dict[str, str | None]:
    return {
        "state": page.state,
        "publish_at": page.publish_at.isoformat() if page.publish_at else None,
        "unpublish_at": page.unpublish_at.isoformat() if page.unpublish_at else None,
    }


def _save_state(page: Page) -> None:
    if page.first_shown_at is None and page.stage == Page.Stage.PUBLISHED:
        page.first_shown_at = page.publish_at
    page.save(update_fields=["state", "publish_at", "unpublish_at", "first_shown_at"])


def _record_state(page: Page, verb: str, actor: Actor | None, before: dict[str, Any]) -> None:
    after = _dates(page)
    changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    record(verb=verb, target=page, actor=actor, changes={**changes, "revision": [page.revision, page.revision]})
    follow.tell(page)
