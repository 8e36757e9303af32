"""What leaves the desk on paper: a whole dossier, its archive, one-page sheets, minutes. All PDF/UA (`core/pdf.py`)."""

from recognition.documents.archive import dossier_zip
from recognition.documents.dossier import dossier_pdf
from recognition.documents.minutes import minutes_pdf
from recognition.documents.sheet import sheet_pdf

__all__ = ["dossier_pdf", "dossier_zip", "minutes_pdf", "sheet_pdf"]
