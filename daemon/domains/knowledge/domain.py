"""What is known, as data: documents, FAQ pairs, the passages a search returns, and errors."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar, Literal

from daemon.kernel.errors import (
    BadInputError,
    ConflictError,
    NotFoundError,
    TooLargeError,
    UnprocessableError,
)
from daemon.kernel.events import Event

Status = Literal["indexing", "ready", "failed"]

SURE_MARGIN = 5.0  # deviations above the background at which meaning alone is convincing
COVERAGE_SHARE = 0.6
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Document:
    """An uploaded file. `embedded` of its `chunks` can be found by meaning, all by keyword."""

    id: str
    agent_id: str
    name: str
    title: str
    mime: str
    bytes: int
    pages: int | None
    chunks: int
    embedded: int
    status: Status
    error: str | None
    language: str
    sha256: str
    created_at: datetime

    @property
    def progress(self) -> float:
        """Return how much of it is embedded, 0..1."""
        return 1.0 if not self.chunks else round(self.embedded / self.chunks, 4)


@dataclass(frozen=True, slots=True)
class Faq:
    """A question with the answer that the business gives, word for word."""

    id: str
    agent_id: str
    question: str
    answer: str
    language: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Passage:
    """One search result, always traceable to document, page and passage.

    `document_id` is the FAQ's id and `document` its question when `is_faq`. The last four fields
    are evidence for `confidence`: None means that side did not vote (child down, not embedded).
    """

    chunk_id: str
    document_id: str
    document: str
    title: str
    page: int | None
    heading: str
    text: str
    score: float  # fused, 0..1, comparable only within one search
    is_faq: bool = False
    answer: str | None = None  # the FAQ's answer, word for word
    language: str = "pt"
    coverage: float = 0.0  # share of the query's rare stems found in passage, title and heading
    dense: float | None = None  # cosine, unusable as an absolute threshold
    margin: float | None = None  # dense score in deviations above the collection's background


def confidence(query: str, passages: list[Passage]) -> float:
    """Return how likely (0..1) the passages answer the query.

    Words found weigh more than meaning, because a cosine of e5 is high for anything; without a
    vote of meaning, words decide alone.
    """
    del query  # its stems speak through `coverage`
    best = 0.0
    for passage in passages:
        if passage.margin is None:
            best = max(best, passage.coverage)
            continue
        meaning = min(max(passage.margin, 0.0) / SURE_MARGIN, 1.0)
        both = COVERAGE_SHARE * passage.coverage + (1 - COVERAGE_SHARE) * meaning
        best = max(best, both)
    return round(best, 4)


def clean_name(name: str) -> str:
    """Return a file name without folders and control characters, short enough to show."""
    base = PurePath(name.replace("\\", "/")).name
    printable = "".join(sign for sign in base if sign.isprintable()).strip()
    return printable[-LONGEST_NAME:] or "document"


def title_of(name: str, found: str) -> str:
    """Return the title that the file states, or the words of its name."""
    stem = PurePath(name).stem
    return found.strip()[:LONGEST_NAME] or re.sub(r"[_\-.\s]+", " ", stem).strip() or name


class DocumentNotFoundError(NotFoundError):
    """No such document."""

    code = "document_not_found"
    template = "There is no document {id} of this agent."
    template_pt = "Este agente não tem o documento {id}."


class FaqNotFoundError(NotFoundError):
    """No such FAQ pair."""

    code = "faq_not_found"
    template = "There is no FAQ {id} of this agent."
    template_pt = "Este agente não tem a pergunta frequente {id}."


class NoFileError(BadInputError):
    """The upload held no file."""

    code = "file_missing"

    def __init__(self) -> None:
        super().__init__(
            field="files",
            problem="send at least one file as multipart/form-data",
            problem_pt="envie ao menos um arquivo como multipart/form-data",
        )


class MalformedUploadError(BadInputError):
    """The multipart body breaks off or is none."""

    code = "upload_malformed"

    def __init__(self) -> None:
        super().__init__(
            field="files",
            problem="the body is not valid multipart/form-data",
            problem_pt="o corpo não é multipart/form-data válido",
        )


class TooManyFilesError(TooLargeError):
    """One upload holds too many files."""

    code = "too_many_files"
    template = "One upload may hold {limit} files. Send the rest in another."
    template_pt = "Um envio pode ter {limit} arquivos. Mande o resto em outro."

    def __init__(self, *, limit: int) -> None:
        super().__init__(field="files", limit=limit)


class FileTooLargeError(TooLargeError):
    """A file is over the limit of bytes."""

    code = "document_too_large"
    template = "{name} is larger than {limit} MiB (limits.document_mb)."
    template_pt = "{name} é maior que {limit} MiB (limits.document_mb)."


class DocumentLimitError(ConflictError):
    """The agent has as many documents as it may."""

    code = "document_limit"
    template = "An agent may have {limit} documents (limits.documents). Delete some first."
    template_pt = "Um agente pode ter {limit} documentos (limits.documents). Apague alguns antes."


class FaqLimitError(ConflictError):
    """The agent has as many FAQ pairs as it may."""

    code = "faq_limit"
    template = "An agent may have {limit} FAQ pairs (limits.faqs). Delete some first."
    template_pt = "Um agente pode ter {limit} perguntas frequentes (limits.faqs). Apague algumas."


class UnreadableFileError(UnprocessableError):
    """A file cannot be used; nothing of the upload was kept."""

    code = "document_unreadable"
    template = "{name}: {why}"
    template_pt = "{name}: {why_pt}"

    def __init__(self, *, name: str, reason: str) -> None:
        why, why_pt = REASONS.get(reason, REASONS["broken"])
        super().__init__(field="files", name=name, reason=reason, why=why, why_pt=why_pt)


REASONS: dict[str, tuple[str, str]] = {
    "empty": (
        "there is no text in it. If it is a scan, run text recognition (OCR) first.",
        "não há texto nele. Se for digitalizado, faça o reconhecimento de texto (OCR) antes.",
    ),
    "encrypted": (
        "it is protected by a password. Save a copy without one.",
        "está protegido por senha. Salve uma cópia sem senha.",
    ),
    "broken": (
        "it is damaged and cannot be read. Save it again or export it anew.",
        "está danificado e não pode ser lido. Salve ou exporte o arquivo de novo.",
    ),
    "unsupported": (
        "this kind of file is not supported. Send PDF, DOCX, XLSX, CSV, HTML, Markdown or TXT.",
        "este tipo de arquivo não é aceito. Envie PDF, DOCX, XLSX, CSV, HTML, Markdown ou TXT.",
    ),
    "too_many_pages": (
        "it has more pages or sheets than allowed (limits.document_pages). Split it.",
        "tem mais páginas ou planilhas que o permitido (limits.document_pages). Divida-o.",
    ),
    "too_long": (
        "it has more text than allowed (limits.document_chars). Split it.",
        "tem mais texto que o permitido (limits.document_chars). Divida-o.",
    ),
    "bomb": (
        "it unpacks to far more than its size, so it was not opened.",
        "descompactado ele fica muito maior que o arquivo, por isso não foi aberto.",
    ),
    "too_slow": (
        "reading it took too long. Split it or export it anew.",
        "a leitura demorou demais. Divida ou exporte o arquivo de novo.",
    ),
}


@dataclass(frozen=True)
class DocumentProgress(Event):
    """Some passages of a document were embedded."""

    name: ClassVar[str] = "document.progress"
    agent_id: str
    document_id: str
    progress: float


@dataclass(frozen=True)
class DocumentReady(Event):
    """All passages of a document can be found by meaning, too."""

    name: ClassVar[str] = "document.ready"
    agent_id: str
    document_id: str
