"""What the roof itself keeps."""

from spro.editorial.models import FormerAddress, Page, PageImage, Version
from spro.open_data.memory import DataVersion

__all__ = ["DataVersion", "FormerAddress", "Page", "PageImage", "Version"]
