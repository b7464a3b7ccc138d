"""What is said of the box's health: causes with a code and a sentence in two languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """Why the box is not ready (blocking), or what a person should look at (not blocking)."""

    code: str
    text_pt: str
    text_en: str
    blocking: bool = True

    def text(self, language: str) -> str:
        """Return the sentence in the reader's language."""
        return self.text_en if language.startswith("en") else self.text_pt


@dataclass(frozen=True)
class PartState:
    """A part of the box as the overview shows it."""

    name: str
    state: str
    since: str
    reason: str | None = None
    restarts: int = 0
    pid: int | None = None


def child_cause(part: PartState) -> Cause | None:
    """Return why a supervised child keeps the box from being ready, if it does."""
    if part.state == "running":
        return None
    words = {"bridge": "WhatsApp", "language": "modelo de linguagem", "retrieval": "busca"}
    english = {"bridge": "WhatsApp", "language": "language model", "retrieval": "search"}
    name = part.name
    return Cause(
        code=f"{name}_{part.state}",
        text_pt=f"A parte {words.get(name, name)} ainda não está pronta ({part.state}).",
        text_en=f"The {english.get(name, name)} part is not ready yet ({part.state}).",
    )
