"""`make bench`: measures, prints a table, writes `benchmarks/report.json`. See benchmarks/README.md."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.questions import AGENDA_SIZES, SIZES, Case, cases
from benchmarks.race import BenchmarkError, race, serve
from benchmarks.world import cursors, grow, world
from spro.embedded import BASE_DIR

REPORT = Path(__file__).with_name("report.json")
SECONDS = 4.0  # for one case at one size
GROWTH = 1.2  # ours may grow at most so much more than the floor
GROWN_FROM = 10_000  # rows: under that, all of them are in a few blocks
IMPORT_SIZES = (10_000, 100_000)  # sessions of a calendar brought in
IMPORT_TARGET = 6.0
LIST_SIZES = ((5_000, 20_000), (50_000, 200_000))  # lines of a RIO list, cases of its platform
LIST_TARGET = 3.0
QUEUE_SIZE = 5_000  # cases of a platform
CV_TARGET, BULK_TARGET = 1.3, 1.7  # at most; at least
BILAN_TARGET = 1.3  # a document, and the documents of a year, beside WeasyPrint alone
Line = dict[str, float | int | str]


def main(arguments: list[str]) -> int:
    """Exit code 1 when a server fails; a target missed is printed, and does not fail the run. `quick` and `small`
    (without the largest size) are for trials, and leave the report alone; `documents` measures the documents alone,
    and writes their lines over those of the report.
    """
    if arguments == ["documents"]:
        return documents()
    seconds = 1.0 if "quick" in arguments else SECONDS
    begin = time.monotonic()
    try:
        lines = measure(seconds, 2 if "small" in arguments else len(SIZES))
    except BenchmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    say_growth(lines)
    if arguments:
        return 0
    REPORT.write_text(json.dumps(lines, indent=1) + "\n")
    say(f"Écrit dans {REPORT.relative_to(BASE_DIR)}, en {time.monotonic() - begin:.0f} s.")
    return 0


def documents() -> int:
    """Exit code 1 when something could not be drawn; the other lines of the report stay."""
    try:
        with tempfile.TemporaryDirectory(prefix="spro-bench-") as folder, world(Path(folder)) as environment:
            lines = cvs(environment) + bilans(environment)
    except BenchmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    drawn = {line["name"] for line in lines}
    kept = [line for line in json.loads(REPORT.read_text()) if line["name"] not in drawn]
    REPORT.write_text(json.dumps(kept + lines, indent=1) + "\n")
    return 0


def measure(seconds: float, sizes: int) -> list[Line]:
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="spro-bench-") as folder, world(Path(folder)) as environment:
        Path(folder).chmod(0o755)
        for rank, places in enumerate(SIZES[:sizes]):
            grow(environment, places, AGENDA_SIZES[rank])
            asked = cases(cursors(environment))
            with (
                serve(environment, "spro.wsgi:application", "-c", "spro/gunicorn.py") as ours,
                serve(environment, "benchmarks.floor:app", "--log-level", "warning") as floor,
            ):
                if not rank:
                    say(f"{'':30}{'n':>8}{'nous':>10}{'plancher':>10}{'rapport':>9}{'cible':>7}")
                for case in asked:
                    size = case.sizes[rank]
                    mine, theirs, turns = race(ours, floor, case, seconds)
                    lines.append(
                        {
                            "name": case.name, "n": size, "ours_p50_ms": round(mine, 3),
                            "floor_p50_ms": round(theirs, 3), "ratio": round(mine / theirs, 2),
                        }
                    )  # fmt: skip
                    mark = "" if mine / theirs <= case.target else "  au-dessus"
                    say(
                        f"{case.name:30}{size:>8}{mine:>7.2f} ms{theirs:>7.2f} ms{mine / theirs:>9.2f}"
                        f"{case.target:>7.0f}{mark}   ({turns} demandes)"
                    )
        say_statements(environment, asked)
        lines += imports(environment, IMPORT_SIZES[: sizes - 1])
        lines += rio_lists(environment, LIST_SIZES[: sizes - 1])
        lines.append(psad_queue(environment))
        lines += cvs(environment)
        lines += bilans(environment)
    return lines


def imports(environment: dict[str, str], sizes: tuple[int, ...]) -> list[Line]:
    """What bringing calendars costs beside `COPY` of the same rows, in seconds; and how much memory grew."""
    lines: list[Line] = []
    for size, how in ((size, how) for how in ("", "proposed") for size in sizes):
        name = f"import.ics.{how}" if how else "import.ics"
        words = [sys.executable, "-m", "benchmarks.imports", str(size), *filter(None, [how])]
        done = subprocess.run(words, env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchmarkError(done.stderr)
        said = json.loads(done.stdout)
        ratio = said["ours"] / said["floor"]
        lines.append(
            {
                "name": name, "n": size, "ours_p50_ms": round(said["ours"] * 1000),
                "floor_p50_ms": round(said["floor"] * 1000), "ratio": round(ratio, 2), "rss_mb": said["rss"],
            }
        )  # fmt: skip
        mark = "" if ratio <= IMPORT_TARGET else "  au-dessus"
        say(
            f"{name:30}{size:>8}{said['ours']:>7.1f} s {said['floor']:>7.1f} s {ratio:>9.2f}"
            f"{IMPORT_TARGET:>7.0f}"
            f"{mark}   ({said['created']} créés, +{said['rss']} Mo)"
        )
    return lines


def rio_lists(environment: dict[str, str], sizes: tuple[tuple[int, int], ...]) -> list[Line]:
    """What a RIO list costs beside the same SQL without row-level security nor encryption, in seconds."""
    lines: list[Line] = []
    for count, known in sizes:
        said = [_said(environment, "psad_lists", str(count), str(known), *how) for how in ((), ("floor",))]
        ours, floor = said[0]["spent"], said[1]["spent"]
        lines.append(
            {
                "name": "import.rio", "n": count, "ours_p50_ms": round(ours * 1000),
                "floor_p50_ms": round(floor * 1000), "ratio": round(ours / floor, 2), "rss_mb": said[0]["rss"],
            }
        )  # fmt: skip
        mark = "" if ours / floor <= LIST_TARGET else "  au-dessus"
        say(
            f"{'import.rio':30}{count:>8}{ours:>7.1f} s {floor:>7.1f} s {ours / floor:>9.2f}{LIST_TARGET:>7.0f}{mark}"
            f"   (parmi {known} dossiers, +{said[0]['rss']} Mo)"
        )
    return lines


def psad_queue(environment: dict[str, str]) -> Line:
    """The queue of a platform beside the same SQL without row-level security nor decryption."""
    said = [_said(environment, "psad_queue", str(QUEUE_SIZE), *how) for how in ((), ("floor",))]
    ours, floor = said[0]["ms"], said[1]["ms"]
    mark = "" if ours / floor <= LIST_TARGET else "  au-dessus"
    say(f"{'psad.queue':30}{QUEUE_SIZE:>8}{ours:>10.2f}{floor:>10.2f}{ours / floor:>9.2f}{LIST_TARGET:>7.0f}{mark}")
    return {
        "name": "psad.queue", "n": QUEUE_SIZE, "ours_p50_ms": ours, "floor_p50_ms": floor,
        "ratio": round(ours / floor, 2),
    }  # fmt: skip


def cvs(environment: dict[str, str]) -> list[Line]:
    """A CV in PDF beside WeasyPrint alone; two hundred by all cores beside one."""
    said = _said(environment, "cv_drawing", "cv")
    ratio = said["ms"] / said["floor"]
    mark = "" if ratio <= CV_TARGET else "  au-dessus"
    say(f"{'cv.pdf':30}{1:>8}{said['ms']:>7.1f} ms{said['floor']:>7.1f} ms{ratio:>9.2f}{CV_TARGET:>7.1f}{mark}")
    many = _said(environment, "cv_drawing", "bulk")
    gain = many["one"] / many["all"]
    mark = "" if gain >= BULK_TARGET else "  en dessous"
    say(
        f"{'bulk.pdf':30}{200:>8}{many['all']:>7.1f} s {many['one']:>7.1f} s {gain:>9.2f}{BULK_TARGET:>7.1f}{mark}"
        f"   ({many['cores']} cœurs, 500 de plus : +{many['grown_mb']} Mo)"
    )
    return [
        {"name": "cv.pdf", "n": 1, "ours_p50_ms": said["ms"], "floor_p50_ms": said["floor"], "ratio": round(ratio, 2)},
        {
            "name": "bulk.pdf", "n": 200, "ours_p50_ms": round(many["all"] * 1000),
            "floor_p50_ms": round(many["one"] * 1000), "ratio": round(gain, 2), "rss_mb": many["grown_mb"],
        },
    ]  # fmt: skip


def bilans(environment: dict[str, str]) -> list[Line]:
    """The document of a bilan, then those of a whole year by all cores, beside WeasyPrint alone on the same HTML; what
    five hundred add to the memory of a worker."""
    year = _said(environment, "bilans_drawing", "bulk")
    said = _said(environment, "bilans_drawing", "pdf")
    long = _said(environment, "bilans_drawing", "memory")
    ratio, whole = said["ms"] / said["floor"], year["ours"] / year["floor"]
    mark = "" if ratio <= BILAN_TARGET else "  au-dessus"
    say(f"{'bilan.pdf':30}{1:>8}{said['ms']:>7.1f} ms{said['floor']:>7.1f} ms{ratio:>9.2f}{BILAN_TARGET:>7.1f}{mark}")
    mark = "" if whole <= BILAN_TARGET else "  au-dessus"
    say(
        f"{'bilans.bulk':30}{year['n']:>8}{year['ours']:>7.1f} s {year['floor']:>7.1f} s {whole:>9.2f}"
        f"{BILAN_TARGET:>7.1f}{mark}   ({year['cores']} cœurs ; rien n’a changé : {year['same']:.1f} s ;"
        f" {long['n']} par un ouvrier : +{long['grown_mb']} Mo)"
    )
    return [
        {
            "name": "bilan.pdf", "n": 1, "ours_p50_ms": said["ms"], "floor_p50_ms": said["floor"],
            "ratio": round(ratio, 2),
        },
        {
            "name": "bilans.bulk", "n": year["n"], "ours_p50_ms": round(year["ours"] * 1000),
            "floor_p50_ms": round(year["floor"] * 1000), "ratio": round(whole, 2), "rss_mb": long["grown_mb"],
        },
    ]  # fmt: skip


def _said(environment: dict[str, str], module: str, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"benchmarks.{module}", *words]
    done = subprocess.run(command, env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def say_statements(environment: dict[str, str], asked: list[Case]) -> None:
    """Statements and blocks of each page at the largest size."""
    words = [sys.executable, "-m", "benchmarks.statements", *(case.ours[len(case.ours) // 2] for case in asked)]
    done = subprocess.run(words, env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(done.stderr)
    for case, counted in zip(asked, json.loads(done.stdout), strict=True):
        cost = f"{' + '.join(map(str, counted['buffers']))} blocs lus, {counted['ms']} ms dans PostgreSQL"
        say(f"{case.name:30}{counted['queries']} requêtes, {cost}")


def say_growth(lines: list[Line]) -> None:
    """How ours and the floor grew from `GROWN_FROM` rows to the largest size: ours 1.2 times as the floor at most."""
    by = {(line["name"], line["n"]): line for line in lines}
    for name in dict.fromkeys(str(line["name"]) for line in lines):
        sizes = [line for (of, _), line in sorted(by.items(), key=lambda e: int(e[0][1])) if of == name]
        sizes = [line for line in sizes if int(line["n"]) >= GROWN_FROM]
        if len(sizes) < 2:  # a trial
            continue
        small, large = sizes[0], sizes[-1]
        ours = float(large["ours_p50_ms"]) / float(small["ours_p50_ms"])
        floor = float(large["floor_p50_ms"]) / float(small["floor_p50_ms"])
        mark = "" if ours / floor <= GROWTH else "  au-dessus"
        both = f"nous ×{ours:.2f}, plancher ×{floor:.2f}, rapport {ours / floor:.2f}"
        say(f"{name:30}croissance : {both} (≤ {GROWTH}){mark}")


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
