"""What every resource of the API shares: rendering, keyset pages, filters, refusals in French, fair use."""

from core.api.pages import CursorPagination
from core.api.rendering import JSONRenderer

__all__ = ["CursorPagination", "JSONRenderer"]
