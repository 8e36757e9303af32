"""Letters: written once with a number and settled words, drawn as PDF/UA by a worker, sent by mail (R12, R14)."""

from recognition.letters.drawing import draw
from recognition.letters.sending import send
from recognition.letters.writing import write

__all__ = ["draw", "send", "write"]
