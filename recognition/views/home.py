from __future__ import annotations

from typing import Any

from django.http import Http404


def home(request: Any, **_: Any) -> Any:
    raise Http404


def start(request: Any, **_: Any) -> Any:
    raise Http404


def renew(request: Any, **_: Any) -> Any:
    raise Http404
