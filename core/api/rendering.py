"""JSON in, JSON out, whatever a browser says it prefers."""

from __future__ import annotations

from typing import Any

import orjson
from rest_framework import negotiation, renderers
from rest_framework.request import Request


class JSONRenderer(renderers.BaseRenderer):
    """JSON through orjson, in UTF-8."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "text"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)


class AlwaysJSON(negotiation.BaseContentNegotiation):
    """One format: a link opened in a browser, which asks for HTML first, still shows the data."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:  # type: ignore[override]
        return renderers[0], renderers[0].media_type
