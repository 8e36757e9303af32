"""Addresses of this part: see recognition/urls/__init__.py."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
