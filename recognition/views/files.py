from __future__ import annotations

from typing import Any

from django.http import Http404


def listed(request: Any, **_: Any) -> Any:
    raise Http404


def download(request: Any, **_: Any) -> Any:
    raise Http404


def remove(request: Any, **_: Any) -> Any:
    raise Http404


def letter(request: Any, **_: Any) -> Any:
    raise Http404
