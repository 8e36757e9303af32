"""A file that names young people is never written in clear, not even for the time of a request (S5)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from core.uploads import SizeGuard

View = Callable[..., HttpResponse]


class _InMemory(MemoryFileUploadHandler):
    """Whatever its size: `SizeGuard` has refused what is too large."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


def in_memory(view: View) -> View:
    """Files of the request stay in memory. The CSRF check reads the body: it comes once the handlers are set."""
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [SizeGuard(request), _InMemory(request)]
        return checked(request, *args, **kwargs)

    return wrapper
