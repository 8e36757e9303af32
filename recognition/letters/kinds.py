"""Each kind of letter: its words when the Region wrote none, what it must hold, whether it is signed and appealed.

Our words are in `words/<kind>.md`, the first line being the subject. A text is Markdown. `{{ organisme }}` is a name of
the closed list (`names.py`); `{{ motifs }}`, alone in its paragraph, is where a mandatory block stands (`blocks.py`).
A block that a text forgets comes before its last paragraph: no wording can leave it out (R14).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from recognition.models import LetterKind

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Kind:
    """`about`: what `write` must be given, or find. `blocks`: what its body must hold, in the order they come."""

    key: str
    about: str
    blocks: tuple[str, ...] = ()
    signed: bool = True
    appeal: bool = False
    mailed: bool = True

    @cached_property
    def words(self) -> tuple[str, str]:
        """Our subject and our text."""
        subject, _, text = (WORDS / f"{self.key}.md").read_text(encoding="utf-8").partition("\n")
        return subject.strip(), text.strip()


_ANNULMENT = ("la_decision", "texte_de_loi", "motifs")
KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        # The mail of the deposit says where the receipt is.
        Kind(
            LetterKind.RECEIPT, "candidature", ("recu", "service_charge", "silence"),
            signed=False, appeal=True, mailed=False,
        ),
        Kind(LetterKind.COMPLETED, "candidature", ("complement", "service_charge"), signed=False, mailed=False),
        Kind(LetterKind.GRANT, "decision", ("la_decision",)),
        Kind(LetterKind.REFUSAL, "decision", ("la_decision", "motifs"), appeal=True),
        Kind(LetterKind.CERTIFICATE, "recognition", ("reconnaissance",)),
        Kind(LetterKind.RENEWAL, "recognition", ("pour_renouveler",)),
        Kind(LetterKind.LAPSE, "recognition"),
        Kind(LetterKind.NOTICE, "notice", ("texte_de_loi", "motifs", "pour_repondre")),
        Kind(LetterKind.SUSPENSION, "decision", ("la_decision", "motifs"), appeal=True),
        Kind(LetterKind.RESUMPTION, "decision", ("la_decision",)),
        Kind(LetterKind.WITHDRAWAL, "decision", _ANNULMENT, appeal=True),
        Kind(LetterKind.REPEAL, "decision", _ANNULMENT, appeal=True),
    )
}  # fmt: skip
