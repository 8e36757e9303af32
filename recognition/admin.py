"""The Region’s desk for the recognition: each part has its module (S3)."""

from __future__ import annotations
