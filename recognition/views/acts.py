from __future__ import annotations

from typing import Any

from django.http import Http404


def deposit(request: Any, **_: Any) -> Any:
    raise Http404


def receipt(request: Any, **_: Any) -> Any:
    raise Http404


def complete(request: Any, **_: Any) -> Any:
    raise Http404


def withdraw(request: Any, **_: Any) -> Any:
    raise Http404
