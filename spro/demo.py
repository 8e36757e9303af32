"""`make demo`: the whole portal on this machine: services, schema, region pack, people, web, worker, beat.

Run as `python -m spro.demo` (or `… reset` to start over). Stops everything it started on Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from spro import embedded

BASE_DIR = embedded.BASE_DIR
PACK = BASE_DIR / "data" / "grand-est"
READY_SECONDS = 120


def main(arguments: list[str]) -> int:
    """Exit code 0 when stopped on purpose, 1 when something could not start (said in French on the error output)."""
    port = int(os.environ.get("PORT") or 8000)
    if arguments == ["reset"]:
        return _reset()
    if _taken(port):
        return _fail(f"Le port {port} est déjà pris : choisissez-en un autre, par exemple « make demo PORT=8001 ».")
    signal.signal(signal.SIGTERM, _interrupt)
    os.umask(0o077)  # mails, logs and dumps of the demonstration are this user's alone
    try:
        _environment(port)
        _prepare()
        return _serve(port)
    except (embedded.ServicesError, subprocess.CalledProcessError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 0


def _environment(port: int) -> None:
    embedded.use_if_needed()
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    (embedded.local_dir() / embedded.SITE_URL_FILE).write_text(os.environ["SITE_URL"])  # for `manage.py` by hand
    key = embedded.local_dir() / "secret.key"
    if not key.exists():
        key.touch(mode=0o600)  # before it holds anything
        key.write_text(secrets.token_urlsafe(50))
    os.environ.setdefault("SECRET_KEY", key.read_text())


def _prepare() -> None:
    """Each step may be run again: a second start keeps what people did."""
    _manage("migrate", "--verbosity=0")
    _manage("build_fonts", "--verbosity=0")
    _manage("collectstatic", "--noinput", "--verbosity=0")
    _manage("load_region_pack", str(PACK), "--verbosity=0")
    _manage("load_skills", "--verbosity=0")
    _manage("seed_demo", "--verbosity=0")


def _manage(*words: str) -> None:
    print(f"— {words[0]}", flush=True)
    subprocess.run([sys.executable, str(BASE_DIR / "manage.py"), *words], check=True, cwd=BASE_DIR)


def _serve(port: int) -> int:
    local = embedded.local_dir()
    log = (local / "demo.log").open("a")
    os.fchmod(log.fileno(), 0o600)  # an older one may be open to all
    python = str(Path(sys.executable))
    commands = [
        [python, "-m", "gunicorn", "spro.wsgi:application", "-c", "spro/gunicorn.py", "-b", f"127.0.0.1:{port}"],
        [python, "-m", "celery", "-A", "spro", "worker", "-B", "-s", str(local / "beat"), "-c", "1",
         "-Q", "mail,documents,imports,calendar", "-l", "warning"],
    ]  # fmt: skip
    filling: list[subprocess.Popen[bytes]] = []
    children = [subprocess.Popen(words, cwd=BASE_DIR, stdout=log, stderr=log) for words in commands]
    try:
        if not _ready(port, children):
            return _fail(f"La démonstration ne répond pas : voir {local / 'demo.log'}")
        _announce(port)
        if os.environ.get("DEMO_PSAD") != "small":  # the rest of the PSAD, while the portal is used
            words = [python, str(BASE_DIR / "manage.py"), "fill_demo_psad"]
            filling.append(subprocess.Popen(words, cwd=BASE_DIR, stderr=log))
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        return _fail(f"Un des serveurs s’est arrêté : voir {local / 'demo.log'}")
    finally:
        for child in (*filling, *children):
            child.terminate()
        for child in (*filling, *children):
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()


def _ready(port: int, children: list[subprocess.Popen[bytes]]) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and all(child.poll() is None for child in children):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante/pret/", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    return False


def _announce(port: int) -> None:
    lines = [
        "",
        "Comptes de démonstration (mot de passe : demo-spro-2026)",
        "  citoyen@demo.invalid   grand public",
        "  pro@demo.invalid       professionnel·le, Mission locale de Troyes",
        "  manager@demo.invalid   gestionnaire, Mission locale de Troyes",
        "  candidat@demo.invalid  gestionnaire d’un organisme candidat (inventé)",
        "  collegue@demo.invalid  son collègue, membre de l’équipe",
        "  agence@demo.invalid    agence territoriale Troyes/Chaumont",
        "  region@demo.invalid    Région",
        "  cio@, ml@demo.invalid  responsables de la PSAD de Troyes",
        "  cercle1@demo.invalid   conseillère de la PSAD de Troyes",
        "  cercle2@demo.invalid   partenaire de la PSAD de Troyes (un CFA inventé)",
        "  autre-psad@demo.invalid  responsable de la PSAD de Chaumont",
        *_young(),
        f"Courriels écrits dans {embedded.local_dir() / 'mail'} ; arrêt : Ctrl-C.",
        "",
        f"PRET http://127.0.0.1:{port}/",
    ]
    print("\n".join(lines), flush=True)


def _young() -> list[str]:
    """The line of a young person's page: a link of its own each time."""
    words = [sys.executable, str(BASE_DIR / "manage.py"), "demo_young_link"]
    said = subprocess.run(words, cwd=BASE_DIR, capture_output=True, text=True, check=False).stdout.split()
    return [f"  page d’un·e jeune\u00a0: {said[0]} (code {said[1]})"] if len(said) == 2 else []


def _reset() -> int:
    """Forget everything the demonstration wrote (the embedded database included)."""
    local = embedded.local_dir()
    if (local / "services.json").exists():
        if embedded.in_use():
            return _fail("La démonstration tourne encore : arrêtez-la d’abord (Ctrl-C).")
        embedded.stop()
    for name in ("postgres", "valkey", "media", "mail", "services.json", "demo.log", "beat"):
        path = local / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    print("Démonstration remise à neuf : « make demo » repart de zéro.")
    return 0


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _fail(message: str) -> int:
    print(message, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
