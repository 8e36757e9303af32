"""What the roof itself keeps."""

from spro.editorial.models import FormerAddress, Page, PageImage, Version

__all__ = ["FormerAddress", "Page", "PageImage", "Version"]
