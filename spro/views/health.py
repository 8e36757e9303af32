"""`/sante/` says that this process answers; `/sante/pret/` that what it leans on answers too."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache as once

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.tasks import HEARTBEAT_KEY

log = structlog.get_logger("spro.health")
OK, DOWN = "ok", "en panne"


@login_not_required
@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """Liveness: no database, no cache. Restart the process if this fails."""
    return JsonResponse({"portail": OK})


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Readiness: 200 when everything answers, else 503; each part with `ok` or what is wrong, never a secret."""
    state = {name: _state(name, check) for name, check in CHECKS.items()}
    status = 200 if all(said == OK for said in state.values()) else 503
    return JsonResponse(state, status=status, json_dumps_params={"ensure_ascii": False})


def _state(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # whatever the reason, the answer is that this part does not answer
        log.warning("not_ready", part=name, error=type(error).__name__)
        return DOWN


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _migrations() -> str:
    applied = set(MigrationRecorder(connection).applied_migrations())
    missing = len(_last_migrations() - applied)
    return OK if not missing else f"{missing} à appliquer"


@once
def _last_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each application, as the code of this process knows them."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _redis() -> str:
    cache.get(HEARTBEAT_KEY)
    return OK


def _worker() -> str:
    return OK if cache.get(HEARTBEAT_KEY) else "aucun battement depuis une minute et demie"


CHECKS: dict[str, Callable[[], str]] = {
    "base": _database,
    "migrations": _migrations,
    "redis": _redis,
    "ouvrier": _worker,
}
