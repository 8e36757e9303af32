"""Refusals: always 4xx with a reason in French, `{"detail": …}` or `{"<parameter>": […]}`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

NOT_FOUND = "Rien ne se trouve à cette adresse."
READ_ONLY = "Cette ressource se lit seulement : utilisez GET."
MESSAGES: dict[type[BaseException], str] = {
    Http404: NOT_FOUND,
    exceptions.NotFound: NOT_FOUND,
    PermissionDenied: "Vous n’avez pas accès à cette ressource.",
    exceptions.MethodNotAllowed: READ_ONLY,
    exceptions.UnsupportedMediaType: READ_ONLY,
}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler, with our words; None (a 500) for what is not a refusal."""
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.Throttled):
        seconds = max(1, round(getattr(error, "wait", None) or 1))
        response["Retry-After"] = str(seconds)
        response.data = {"detail": f"Trop de demandes à la fois : réessayez dans {seconds}\u00a0s."}
    elif type(error) in MESSAGES:
        response.data = {"detail": MESSAGES[type(error)]}
    response["Cache-Control"] = "no-store"
    return response


class DetailSerializer(serializers.Serializer):
    """A refusal that is not about one parameter."""

    detail = serializers.CharField(help_text="La raison, en français.")
