from __future__ import annotations

from typing import Any

from django.http import Http404


def overview(request: Any, **_: Any) -> Any:
    raise Http404


def changes(request: Any, **_: Any) -> Any:
    raise Http404
