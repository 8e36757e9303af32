"""`/candidature/<uuid>/relire/`: the whole dossier as the Region reads it, and its PDF, for its own team (R3, R13)."""

from __future__ import annotations

from collections import defaultdict

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from recognition.contents import content_of, kind_words
from recognition.documents.dossier import context_of, dossier_pdf
from recognition.models import Snapshot
from recognition.views.access import Desk, reads_dossier

SENT = "envoye"  # `?etat=`: what the Region has in hand, while it is being completed


@reads_dossier()
def read(desk: Desk) -> HttpResponse:
    """One page to read again before signing; once deposited, what was sent."""
    snapshot = None if desk.dossier.editable else last_sent(desk)
    content = snapshot.content if snapshot else content_of(desk.dossier)
    said = context_of(desk.dossier, content, snapshot)
    files = list(desk.dossier.attachments.filter(replaced_at=None).select_related("criterion").order_by("kind", "pk"))
    proofs = defaultdict(list)
    for file in files:
        file.kind_words = kind_words(file.kind, desk.dossier.campaign.year)  # type: ignore[attr-defined]
        if file.criterion is not None:
            proofs[file.criterion.key].append(file)
    for answer in said["answers"]:
        answer["files"] = proofs[answer["key"]]
    context = desk.page(
        "relire", said=said, files=files, snapshot=snapshot, signs=desk.signs,
        sent=last_sent(desk) if desk.dossier.state == "incomplete" else None,
    )  # fmt: skip
    return render(desk.request, "recognition/read.html", context)


@reads_dossier()
def paper(desk: Desk) -> HttpResponse:
    """The same on paper: a draft says that it is one; what was deposited comes from what was kept of it.

    Its team reads what it wrote: nothing to journal.
    """
    wanted = desk.request.GET.get("etat", "")
    snapshot = last_sent(desk) if wanted == SENT or not desk.dossier.editable else None
    if wanted not in {"", SENT} or (wanted and snapshot is None):
        raise Http404
    answer = HttpResponse(dossier_pdf(desk.dossier, snapshot), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, _name(desk, snapshot)) or "inline"
    answer["Cache-Control"] = "private, no-store"
    return answer


def last_sent(desk: Desk) -> Snapshot | None:
    return desk.dossier.snapshots.order_by("-taken_at", "-pk").first()


def _name(desk: Desk, snapshot: Snapshot | None) -> str:
    state = desk.dossier.receipt_number if snapshot else "brouillon"
    return f"dossier-{slugify(desk.dossier.organisation.display_name)[:60]}-{desk.dossier.campaign.year}-{state}.pdf"
