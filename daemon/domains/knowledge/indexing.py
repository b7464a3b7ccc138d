"""What is stored of a document or FAQ pair: chunks, their words, and the text that is embedded."""

from dataclasses import dataclass
from typing import Any

from daemon.kernel.ids import new_id

from .domain import title_of
from .reading.reader import ReadDocument
from .words import language_of, stems

Rows = list[tuple[dict[str, Any], tuple[str, str, str]]]

WORDS_OF_A_TITLE = 3  # a file name of fewer words says nothing worth embedding


@dataclass(frozen=True, slots=True)
class Whose:
    """Where chunks belong."""

    tenant_id: str
    agent_id: str
    owner_id: str


def content_values(name: str, content: ReadDocument) -> dict[str, Any]:
    """Return the columns of a document that its content decides."""
    return {
        "title": title_of(name, content.title),
        "mime": content.mime,
        "pages": content.pages,
        "chunks": len(content.passages),
        "language": content.language,
        "error": None,
    }


def faq_values(question: str, answer: str) -> dict[str, str]:
    """Return the columns of a FAQ pair that its words decide."""
    language = language_of(f"{question} {answer}")
    return {"question": question, "answer": answer, "language": language}


def document_chunks(whose: Whose, name: str, content: ReadDocument) -> Rows:
    """Return a chunk for each passage, embedded with title and heading before it."""
    title = title_of(name, content.title)
    says = bool(content.title) or len(title.split()) >= WORDS_OF_A_TITLE
    title_stems = " ".join(stems(title, content.language))
    rows: Rows = []
    for place, passage in enumerate(content.passages):
        context = [title] if says else []
        context += [passage.heading] if passage.heading not in {"", title} else []
        values = _chunk(whose, place, passage.text, content.language) | {
            "page": passage.page,
            "heading": passage.heading,
            "meaning": "\n".join([*context, passage.text]),
        }
        rows.append((values, (title_stems, passage.heading_stems, passage.stems)))
    return rows


def faq_chunks(whose: Whose, question: str, answer: str) -> Rows:
    """Return a pair twice: by its question alone, and by question and answer."""
    language = language_of(f"{question} {answer}")
    asked, said = " ".join(stems(question, language)), " ".join(stems(answer, language))
    text = f"{question}\n{answer}"
    first = _chunk(whose, 0, text, language) | {"is_faq": 1, "meaning": question}
    second = _chunk(whose, 1, text, language) | {"is_faq": 1}
    return [(first, (asked, asked, "")), (second, (asked, "", said))]


def _chunk(whose: Whose, place: int, text: str, language: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "tenant_id": whose.tenant_id,
        "agent_id": whose.agent_id,
        "owner_id": whose.owner_id,
        "is_faq": 0,
        "place": place,
        "heading": "",
        "text": text,
        "meaning": text,
        "language": language,
    }
