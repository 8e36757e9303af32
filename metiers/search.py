"""Finding a skill or a métier by what people type: beginnings of words first, then synonyms, then typos forgiven.

Words are compared folded (no accent, no capital). What is typed is asked exactly first; only when that finds too little
are trigrams compared, so that a typo costs its own search and no other's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Length

from core.text import fold
from metiers.models import Job, JobFamily, JobName, Skill

MOST = 8
LONGEST = 80  # characters read of what was typed
ALIKE = 0.45  # how alike the trigrams must be: « kuisinier », « plonbier »
WORSE = 0.85  # what is less alike than this share of the best is another thing
WORTH = 12  # letters that a main name may have more than another and still come first
ENOUGH = 3  # found exactly: no typo is looked for
_SMALL = frozenset(("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "pour", "un", "une"))


@dataclass(frozen=True)
class Found:
    """One line proposed: `value` is what a form keeps, `text` what it shows once chosen."""

    value: str
    label: str
    hint: str = ""
    text: str = ""

    def as_json(self) -> dict[str, str]:
        return {"value": self.value, "label": self.label, "hint": self.hint, "text": self.text or self.label}


def skills(text: str, most: int = MOST) -> list[Skill]:
    """The skills of the list that `text` (as typed) may mean, best first; none for fewer than two letters."""
    return _found(Skill.objects.filter(active=True), text, most, also="also")


def families(text: str, most: int = MOST) -> list[JobFamily]:
    """The families of métiers, by their name or one of their examples."""
    return _found(JobFamily.objects.filter(active=True), text, most, also="also")


def job_names(text: str, most: int = MOST) -> list[JobName]:
    """The names of métiers, one a métier; a rare name comes after all others."""
    rows = JobName.objects.filter(job__active=True).select_related("job")
    once: dict[str, JobName] = {}
    for row in _found(rows, text, most * 4, before=("rare",), worth="main"):
        once.setdefault(row.job_id, row)
    return list(once.values())[:most]


def suggested_skills(text: str) -> list[Found]:
    return [Found(row.slug, row.label, row.group) for row in skills(text)]


def suggested_jobs(text: str) -> list[Found]:
    """Métiers of the ROME, when it is loaded, then families of ours: « metier/K1304 », « famille/aide-a-domicile »."""
    jobs = job_names(text, MOST - 2)
    found = [
        Found(f"metier/{row.job_id}", row.label, "" if row.folded == row.job.folded else f"Métier\u00a0: {row.job}")
        for row in jobs
    ]
    for family in families(text, MOST - len(found)):
        example = _example(family, text)
        found.append(Found(f"famille/{family.slug}", example or family.label, _family_hint(family, example), example))
    return found


def job_of(value: str) -> tuple[Job | None, JobFamily | None]:
    """What a form sent back (« metier/K1304 »); (None, None) for anything else. A métier comes with its family."""
    kind, _, key = value.partition("/")
    if kind == "metier":
        job = Job.objects.filter(pk=key[:8], active=True).first()
        return (job, family_of(job)) if job else (None, None)
    if kind == "famille":
        return None, JobFamily.objects.filter(pk=key[:80], active=True).first()
    return None, None


def family_of(job: Job) -> JobFamily | None:
    """Our family for a métier: the one whose beginning of ROME code is the longest that fits."""
    best: tuple[int, JobFamily | None] = (0, None)
    for family in JobFamily.objects.filter(active=True, prefixes__overlap=_beginnings(job.pk)).order_by("slug"):
        length = max(len(prefix) for prefix in family.prefixes if job.pk.startswith(prefix))
        best = max(best, (length, family), key=lambda pair: pair[0])
    return best[1]


def _beginnings(code: str) -> list[str]:
    return [code[:length] for length in range(1, len(code) + 1)]


def _found(
    rows: QuerySet[Any], text: str, most: int, *, also: str = "", before: Iterable[str] = (), worth: str = ""
) -> list[Any]:
    typed = fold(text[:LONGEST])
    if len(typed) < 2 or most < 1:
        return []
    found = list(_exactly(rows, typed, also, before, worth)[:most])
    if len(found) < min(ENOUGH, most) and len(typed) >= 4:
        known = {row.pk for row in found}
        found += [row for row in _nearly(rows, typed, also, before, most) if row.pk not in known]
    return found[:most]


def _exactly(rows: QuerySet[Any], typed: str, also: str, before: Iterable[str], worth: str) -> QuerySet[Any]:
    """Each word typed begins a word of the label, or of its other words."""
    words = [word for word in typed.split() if word not in _SMALL] or typed.split()
    in_label, anywhere = Q(), Q()
    for word in words:
        begins = _begins("folded", word)
        in_label &= begins
        anywhere &= begins | _begins(also, word) if also else begins
    rank = Case(
        When(folded=typed, then=0), When(folded__startswith=typed, then=1), When(in_label, then=2),
        default=3, output_field=IntegerField(),
    )  # fmt: skip
    ranked: QuerySet[Any] = rows.filter(anywhere).annotate(rank=rank)
    longer: Any = Length("folded")
    if worth:
        longer -= Case(When(**{worth: True}, then=WORTH), default=0, output_field=IntegerField())
    return ranked.order_by(*before, "rank", longer, "folded")


def _begins(field: str, word: str) -> Q:
    """`word` begins a word of `field`; « vendeuses » finds « vendeuse »."""
    stem = word[:-1] if len(word) > 4 and word[-1] in "sx" else word
    return Q(**{f"{field}__startswith": stem}) | Q(**{f"{field}__contains": f" {stem}"})


def _nearly(rows: QuerySet[Any], typed: str, also: str, before: Iterable[str], most: int) -> list[Any]:
    """Those that share enough trigrams with what was typed; the index compares them."""
    like = Q(folded__trigram_word_similar=typed)
    score: Any = TrigramWordSimilarity(typed, "folded")
    if also:
        like |= Q(**{f"{also}__trigram_word_similar": typed})
        score = Greatest(score, TrigramWordSimilarity(typed, also) - Value(0.05))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(ALIKE)])
        near: QuerySet[Any] = rows.filter(like).annotate(score=score)
        found = list(near.order_by(F("score").desc(), *before, Length("folded"), "folded")[:most])
    return [row for row in found if row.score >= found[0].score * WORSE]


def _example(family: JobFamily, text: str) -> str:
    """The example of the family that was meant, if the words typed begin one."""
    typed = fold(text[:LONGEST])
    for example in family.examples.split(" ; "):
        if any(form.startswith(typed) for form in spoken(example)):
            return example
    return ""


def _family_hint(family: JobFamily, example: str) -> str:
    if example:
        return f"Famille\u00a0: {family.label}"
    first = ", ".join(family.examples.split(" ; ")[:3])
    return f"Par exemple\u00a0: {first}" if first else ""


def spoken(example: str) -> list[str]:
    """« Vendeur·se » as somebody types it, folded: « vendeur », « vendeuse », « vendeurse »."""
    endings = (
        ("eur·se", "eur", "euse"),
        ("eur·rice", "eur", "rice"),
        ("er·ère", "er", "ere"),
        ("ien·ne", "ien", "ienne"),
    )
    forms = [example, example]
    for joined, masculine, feminine in endings:
        forms = [forms[0].replace(joined, masculine), forms[1].replace(joined, feminine)]
    return [fold(form.split("·")[0]) if n == 0 and "·" in form else fold(form) for n, form in enumerate(forms)]
