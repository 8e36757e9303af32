"""`make bench`: measures, prints a table, writes `benchmarks/report.json`. See benchmarks/README.md."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import documents
from benchmarks.questions import AGENDA_SIZES, SIZES, Case, cases
from benchmarks.race import BenchmarkError, race, serve
from benchmarks.saying import Line, said, say
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


def main(arguments: list[str]) -> int:
    """Exit code 1 when a server fails; a target missed is printed, and does not fail the run. `quick` and `small`
    (without the largest size) are for trials, few documents watched, and leave the report alone; `documents` measures
    the documents alone, and writes their lines over those of the report.
    """
    trial = bool({"quick", "small"} & set(arguments))
    alone = "documents" in arguments
    begin = time.monotonic()
    try:
        lines = [] if alone else pages(arguments)
        drawn = documents.measure(trial=trial)
    except BenchmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if trial:
        return 0
    if alone:
        fresh = {line["name"] for line in drawn}
        lines = [line for line in json.loads(REPORT.read_text()) if line["name"] not in fresh]
    REPORT.write_text(json.dumps(lines + drawn, indent=1) + "\n")
    say(f"Écrit dans {REPORT.relative_to(BASE_DIR)}, en {time.monotonic() - begin:.0f} s.")
    return 0


def pages(arguments: list[str]) -> list[Line]:
    seconds = 1.0 if "quick" in arguments else SECONDS
    lines = measure(seconds, 2 if "small" in arguments else len(SIZES))
    say_growth(lines)
    return lines


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
        found = [said(environment, "psad_lists", str(count), str(known), *how) for how in ((), ("floor",))]
        ours, floor = found[0]["spent"], found[1]["spent"]
        lines.append(
            {
                "name": "import.rio", "n": count, "ours_p50_ms": round(ours * 1000),
                "floor_p50_ms": round(floor * 1000), "ratio": round(ours / floor, 2), "rss_mb": found[0]["rss"],
            }
        )  # fmt: skip
        mark = "" if ours / floor <= LIST_TARGET else "  au-dessus"
        say(
            f"{'import.rio':30}{count:>8}{ours:>7.1f} s {floor:>7.1f} s {ours / floor:>9.2f}{LIST_TARGET:>7.0f}{mark}"
            f"   (parmi {known} dossiers, +{found[0]['rss']} Mo)"
        )
    return lines


def psad_queue(environment: dict[str, str]) -> Line:
    """The queue of a platform beside the same SQL without row-level security nor decryption."""
    found = [said(environment, "psad_queue", str(QUEUE_SIZE), *how) for how in ((), ("floor",))]
    ours, floor = found[0]["ms"], found[1]["ms"]
    mark = "" if ours / floor <= LIST_TARGET else "  au-dessus"
    say(f"{'psad.queue':30}{QUEUE_SIZE:>8}{ours:>10.2f}{floor:>10.2f}{ours / floor:>9.2f}{LIST_TARGET:>7.0f}{mark}")
    return {
        "name": "psad.queue", "n": QUEUE_SIZE, "ours_p50_ms": ours, "floor_p50_ms": floor,
        "ratio": round(ours / floor, 2),
    }  # fmt: skip


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
