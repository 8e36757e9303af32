"""No file is written on our disk before its request is known to be small enough, whoever sends it and wherever."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponse]


class SizeGuard(FileUploadHandler):
    """First of `FILE_UPLOAD_HANDLERS`: a request above `UPLOAD_MAX_BYTES` is refused (400) before its body is read."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        if content_length > settings.UPLOAD_MAX_BYTES:
            raise RequestDataTooBig("The request is larger than UPLOAD_MAX_BYTES.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class _InMemory(MemoryFileUploadHandler):
    """Whatever its size: `SizeGuard` has refused what is too large."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


def in_memory(view: View) -> View:
    """Files of the request are never written in clear on the disk, not even for the time of it (S5).

    Outermost of the decorators. The CSRF check reads the body: it comes once the handlers are set.
    """
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [SizeGuard(request), _InMemory(request)]
        return checked(request, *args, **kwargs)

    return wrapper
