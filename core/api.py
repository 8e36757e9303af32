"""What every resource of the API shares: rendering, cursor pages, ETag."""

from __future__ import annotations

from typing import Any

import orjson
from rest_framework import pagination, renderers


class JSONRenderer(renderers.BaseRenderer):
    """JSON through orjson, in UTF-8."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "text"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)


class CursorPagination(pagination.CursorPagination):
    """`{"next", "previous", "results"}`; `page_size` up to 200 (more is 200)."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
