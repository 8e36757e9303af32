"""Campaigns, dossiers, sittings, decisions, recognitions, letters (R1-R15)."""

from recognition.models.bodies import AgendaItem, GoverningBody, Opinion, Recusal, Sitting
from recognition.models.calendar import Campaign, CampaignMove, PassDay, Rule
from recognition.models.decisions import Decision, Recognition
from recognition.models.dossier import OWED, Act, Answer, Attachment, CandidateSite, Candidature, Snapshot
from recognition.models.instruction import Assessment, Finding, Message, Notice, PieceRequest, PrivateNote, Visit
from recognition.models.letters import Counter, Letter, LetterKind, LetterTemplate
from recognition.models.sirens import SirenHolder

__all__ = [
    "OWED", "Act", "AgendaItem", "Answer", "Assessment", "Attachment", "Campaign", "CampaignMove", "CandidateSite",
    "Candidature", "Counter", "Decision", "Finding", "GoverningBody", "Letter", "LetterKind", "LetterTemplate",
    "Message", "Notice", "Opinion", "PassDay", "PieceRequest", "PrivateNote", "Recognition", "Recusal", "Rule",
    "SirenHolder", "Sitting", "Snapshot", "Visit",
]  # fmt: skip
