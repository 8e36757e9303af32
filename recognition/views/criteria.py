from __future__ import annotations

from typing import Any

from django.http import Http404


def edit(request: Any, **_: Any) -> Any:
    raise Http404
