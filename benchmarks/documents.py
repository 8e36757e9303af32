"""The lines of documents: CVs, then the bilans of a year, in a world of the region pack alone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.saying import Line, said, say
from benchmarks.world import world

CV_TARGET, BULK_TARGET = 1.3, 1.7  # at most; at least
BILAN_TARGET = 1.3  # a document, and the documents of a year, beside WeasyPrint alone
HELD_TARGET = 1.0  # the largest worker, beside the bound and one document
LONG, TRIAL = 500, 24  # documents that workers draw while they are looked at


def measure(*, trial: bool) -> list[Line]:
    """Raises `BenchmarkError` when something could not be drawn."""
    with tempfile.TemporaryDirectory(prefix="spro-bench-") as folder, world(Path(folder)) as environment:
        return cvs(environment) + bilans(environment) + held(environment, TRIAL if trial else LONG)


def cvs(environment: dict[str, str]) -> list[Line]:
    """A CV in PDF beside WeasyPrint alone; two hundred by all cores beside one."""
    one = said(environment, "cv_drawing", "cv")
    ratio = one["ms"] / one["floor"]
    mark = "" if ratio <= CV_TARGET else "  au-dessus"
    say(f"{'cv.pdf':30}{1:>8}{one['ms']:>7.1f} ms{one['floor']:>7.1f} ms{ratio:>9.2f}{CV_TARGET:>7.1f}{mark}")
    many = said(environment, "cv_drawing", "bulk")
    gain = many["one"] / many["all"]
    mark = "" if gain >= BULK_TARGET else "  en dessous"
    say(
        f"{'bulk.pdf':30}{200:>8}{many['all']:>7.1f} s {many['one']:>7.1f} s {gain:>9.2f}{BULK_TARGET:>7.1f}{mark}"
        f"   ({many['cores']} cœurs, 500 de plus : +{many['grown_mb']} Mo)"
    )
    return [
        {"name": "cv.pdf", "n": 1, "ours_p50_ms": one["ms"], "floor_p50_ms": one["floor"], "ratio": round(ratio, 2)},
        {
            "name": "bulk.pdf", "n": 200, "ours_p50_ms": round(many["all"] * 1000),
            "floor_p50_ms": round(many["one"] * 1000), "ratio": round(gain, 2), "rss_mb": many["grown_mb"],
        },
    ]  # fmt: skip


def bilans(environment: dict[str, str]) -> list[Line]:
    """The document of a bilan, then those of a whole year by all cores, beside WeasyPrint alone on the same HTML."""
    year = said(environment, "bilans_drawing", "bulk")
    one = said(environment, "bilans_drawing", "pdf")
    ratio, whole = one["ms"] / one["floor"], year["ours"] / year["floor"]
    mark = "" if ratio <= BILAN_TARGET else "  au-dessus"
    say(f"{'bilan.pdf':30}{1:>8}{one['ms']:>7.1f} ms{one['floor']:>7.1f} ms{ratio:>9.2f}{BILAN_TARGET:>7.1f}{mark}")
    mark = "" if whole <= BILAN_TARGET else "  au-dessus"
    say(
        f"{'bilans.bulk':30}{year['n']:>8}{year['ours']:>7.1f} s {year['floor']:>7.1f} s {whole:>9.2f}"
        f"{BILAN_TARGET:>7.1f}{mark}   ({year['cores']} cœurs ; rien n’a changé : {year['same']:.1f} s)"
    )
    return [
        {
            "name": "bilan.pdf", "n": 1, "ours_p50_ms": one["ms"], "floor_p50_ms": one["floor"],
            "ratio": round(ratio, 2),
        },
        {
            "name": "bilans.bulk", "n": year["n"], "ours_p50_ms": round(year["ours"] * 1000),
            "floor_p50_ms": round(year["floor"] * 1000), "ratio": round(whole, 2),
            "same_ms": round(year["same"] * 1000),
        },
    ]  # fmt: skip


def held(environment: dict[str, str], count: int) -> list[Line]:
    """The most that a worker held over `count` documents, beside half of what a child of Celery may hold (so that its
    replacement is seen) and what one document takes: a worker is replaced between two documents."""
    one = said(environment, "bilans_memory", "one")
    return [
        _held(name, said(environment, "bilans_memory", how, str(count)), one)
        for name, how in (("bilans.memory.processes", "processes"), ("bilans.memory.celery", "celery"))
    ]


def _held(name: str, found: dict[str, Any], one: dict[str, Any]) -> Line:
    bound = one["half_mb"] + one["one_mb"]
    ratio = found["peak_mb"] / bound
    mark = "" if ratio <= HELD_TARGET else "  au-dessus"
    say(
        f"{name:30}{found['n']:>8}{found['peak_mb']:>7} Mo{bound:>7} Mo{ratio:>9.2f}{HELD_TARGET:>7.1f}{mark}"
        f"   (borne {one['half_mb']} Mo + un document {one['one_mb']} Mo ; {found['workers']} ouvriers, dont"
        f" {found['replaced']} à la place d’un autre ; {found['private_mb']} Mo au plus en propre)"
    )
    return {
        "name": name, "n": found["n"], "peak_mb": found["peak_mb"], "bound_mb": one["half_mb"],
        "document_mb": one["one_mb"], "ratio": round(ratio, 2), "private_mb": found["private_mb"],
        "workers": found["workers"], "replaced": found["replaced"],
    }  # fmt: skip
