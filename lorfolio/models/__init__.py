"""The nouns of the room; every row belongs to one portfolio, which one person alone opens (L1)."""

from lorfolio.models.advice import Advice, Comment, Visit
from lorfolio.models.alerts import Watch
from lorfolio.models.path import Experience, Extra, Language, Proof, Skill
from lorfolio.models.portfolio import ParentalConsent, Portfolio
from lorfolio.models.project import Step, Target
from lorfolio.models.safe import Operation, SafeFile, Share
from lorfolio.models.selection import Choice, Cv, PersonalSite, RetiredAddress, Selection

__all__ = [
    "Advice", "Choice", "Comment", "Cv", "Experience", "Extra", "Language", "Operation", "ParentalConsent",
    "PersonalSite", "Portfolio", "Proof", "RetiredAddress", "SafeFile", "Selection", "Share", "Skill", "Step",
    "Target", "Visit", "Watch",
]  # fmt: skip
