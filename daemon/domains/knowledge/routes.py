"""Routes of knowledge: documents, FAQ pairs, search."""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from daemon.kernel.errors import NotFoundError
from daemon.kernel.pages import Page
from daemon.kernel.quota import QuotaBlockedError, QuotaReachedError
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, ListQuery, Moment, PageView

from .domain import (
    DocumentLimitError,
    DocumentNotFoundError,
    FaqLimitError,
    FaqNotFoundError,
    FileTooLargeError,
    MalformedUploadError,
    NoFileError,
    Status,
    TooManyFilesError,
    UnreadableFileError,
)
from .service import Knowledge
from .uploads import Uploads, received

KNOWLEDGE: web.AppKey[Knowledge] = web.AppKey("knowledge", Knowledge)
UPLOADS: web.AppKey[Uploads] = web.AppKey("uploads", Uploads)

routes = Routes(tag="knowledge")

Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Answer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]


class DocumentView(ApiModel):
    """An uploaded document."""

    id: str
    agent_id: str
    name: str
    title: str
    mime: str
    bytes: int
    pages: int | None
    chunks: int
    embedded: int = Field(description="Passages that can be found by meaning already")
    progress: float = Field(description="0 to 1")
    status: Status
    error: str | None
    language: str
    sha256: str
    created_at: Moment


class Uploaded(ApiModel):
    """The documents of an upload, in the order of its files."""

    items: list[DocumentView]


class NewFaq(ApiModel):
    """A question and its answer."""

    question: Question
    answer: Answer


class FaqChange(ApiModel):
    """What to change; what is not given stays."""

    question: Question | None = None
    answer: Answer | None = None


class FaqView(ApiModel):
    """A FAQ pair."""

    id: str
    agent_id: str
    question: str
    answer: str
    language: str
    created_at: Moment
    updated_at: Moment


class SearchQuery(ApiModel):
    """A search."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] = (
        Field(description="The question", examples=["Vocês abrem no sábado?"])
    )
    limit: int = Field(10, ge=1, le=50)


class PassageView(ApiModel):
    """A passage that was found, traceable to its document and page."""

    document: str = Field(description="File name, or the FAQ's question")
    document_id: str = Field(description="Id of the document, or of the FAQ pair")
    name: str = Field(description="The same as `document`")
    title: str
    page: int | None
    heading: str
    text: str
    score: float = Field(description="0 to 1, comparable within one search only")
    chunk_id: str
    is_faq: bool
    answer: str | None
    language: str
    coverage: float = Field(description="Share of the question's rare words in the passage")
    dense: float | None = Field(description="Cosine of question and passage")
    margin: float | None = Field(description="The same, in deviations above the background")


class SearchResult(ApiModel):
    """Passages, best first."""

    items: list[PassageView]


FILES = [
    FileTooLargeError,
    MalformedUploadError,
    NoFileError,
    TooManyFilesError,
    UnreadableFileError,
    DocumentLimitError,
    QuotaReachedError,
    QuotaBlockedError,
    NotFoundError,
]


@routes.post(
    "/agents/{id}/documents",
    upload=True,
    returns=Uploaded,
    status=201,
    also=[200],
    errors=FILES,
)
async def upload(call: Call[None, None]) -> web.Response:
    """Upload documents.

    All files of a request are kept, or none. They can be found by keyword when this answers, by
    meaning as `progress` grows. A file that the agent has already is answered as it is: 201 when
    any file was new, 200 when none was.
    """
    knowledge, agent_id = call.app[KNOWLEDGE], call.path["id"]
    await knowledge.check_room(agent_id)
    async with received(call.request, call.app[UPLOADS]) as files:
        documents, new = await knowledge.add(agent_id, files)
    items = [DocumentView.model_validate(document) for document in documents]
    body = Uploaded(items=items).model_dump_json(by_alias=True)
    return web.Response(text=body, status=201 if new else 200, content_type="application/json")


@routes.get(
    "/agents/{id}/documents",
    query=ListQuery,
    returns=PageView[DocumentView],
    errors=[NotFoundError],
)
async def documents(call: Call[None, ListQuery]) -> Page[DocumentView]:
    """List an agent's documents, newest first."""
    page = await call.app[KNOWLEDGE].documents(call.path["id"], call.query.cursor, call.query.limit)
    return Page([DocumentView.model_validate(item) for item in page.items], page.next_cursor)


@routes.get(
    "/agents/{id}/documents/{documentId}", returns=DocumentView, errors=[DocumentNotFoundError]
)
async def document(call: Call[None, None]) -> DocumentView:
    """Show a document and its progress."""
    found = await call.app[KNOWLEDGE].document(call.path["id"], call.path["documentId"])
    return DocumentView.model_validate(found)


@routes.delete("/agents/{id}/documents/{documentId}", errors=[DocumentNotFoundError])
async def delete_document(call: Call[None, None]) -> None:
    """Delete a document: its file, passages and vectors."""
    await call.app[KNOWLEDGE].delete(call.path["id"], call.path["documentId"])


@routes.post(
    "/agents/{id}/documents/{documentId}/reindex",
    returns=DocumentView,
    status=202,
    errors=[DocumentNotFoundError, UnreadableFileError],
)
async def reindex(call: Call[None, None]) -> DocumentView:
    """Read a document's file again and make its passages and vectors anew."""
    found = await call.app[KNOWLEDGE].reindex(call.path["id"], call.path["documentId"])
    return DocumentView.model_validate(found)


@routes.post(
    "/agents/{id}/faqs",
    body=NewFaq,
    returns=FaqView,
    status=201,
    errors=[NotFoundError, FaqLimitError],
    examples={"body": {"question": "Vocês abrem no sábado?", "answer": "Sim, das 8h às 13h."}},
)
async def add_faq(call: Call[NewFaq, None]) -> FaqView:
    """Add a FAQ pair."""
    body = call.body
    added = await call.app[KNOWLEDGE].add_faq(call.path["id"], body.question, body.answer)
    return FaqView.model_validate(added)


@routes.get("/agents/{id}/faqs", query=ListQuery, returns=PageView[FaqView], errors=[NotFoundError])
async def faqs(call: Call[None, ListQuery]) -> Page[FaqView]:
    """List an agent's FAQ pairs, newest first."""
    page = await call.app[KNOWLEDGE].faqs(call.path["id"], call.query.cursor, call.query.limit)
    return Page([FaqView.model_validate(item) for item in page.items], page.next_cursor)


@routes.patch(
    "/agents/{id}/faqs/{faqId}",
    body=FaqChange,
    examples={"body": {"answer": "Sim, aos sábados das 8h às 13h."}},
    returns=FaqView,
    errors=[FaqNotFoundError],
)
async def change_faq(call: Call[FaqChange, None]) -> FaqView:
    """Change a FAQ pair."""
    body, path = call.body, call.path
    changed = await call.app[KNOWLEDGE].change_faq(
        path["id"], path["faqId"], body.question, body.answer
    )
    return FaqView.model_validate(changed)


@routes.delete("/agents/{id}/faqs/{faqId}", errors=[FaqNotFoundError])
async def delete_faq(call: Call[None, None]) -> None:
    """Delete a FAQ pair."""
    await call.app[KNOWLEDGE].delete_faq(call.path["id"], call.path["faqId"])


@routes.get("/agents/{id}/search", query=SearchQuery, returns=SearchResult, errors=[NotFoundError])
async def search(call: Call[None, SearchQuery]) -> SearchResult:
    """Search an agent's knowledge by words and by meaning, best first."""
    found = await call.app[KNOWLEDGE].searched(call.path["id"], call.query.q, call.query.limit)
    return SearchResult(
        items=[
            PassageView(
                document=passage.document,
                document_id=passage.document_id,
                name=passage.document,
                title=passage.title,
                page=passage.page,
                heading=passage.heading,
                text=passage.text,
                score=passage.score,
                chunk_id=passage.chunk_id,
                is_faq=passage.is_faq,
                answer=passage.answer,
                language=passage.language,
                coverage=passage.coverage,
                dense=passage.dense,
                margin=passage.margin,
            )
            for passage in found
        ]
    )
