"""Multipart bodies, read part by part; one that is not well formed is the sender's mistake."""

from collections.abc import AsyncIterator

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from daemon.kernel.errors import BadInputError

MALFORMED = (ValueError, AssertionError, HttpProcessingError, LookupError)


async def parts(request: web.Request) -> AsyncIterator[BodyPartReader]:
    """Yield the parts that have a name. Raises BadInputError for anything malformed."""
    if request.content_type != "multipart/form-data":
        raise _malformed(
            problem="must be multipart/form-data", problem_pt="deve ser multipart/form-data"
        )
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or not part.name:
                raise _malformed(
                    problem="has a part without a name", problem_pt="tem uma parte sem nome"
                )
            yield part
    except MALFORMED as error:
        raise _malformed(
            problem="is not well-formed multipart", problem_pt="não é um multipart válido"
        ) from error


async def read(part: BodyPartReader, limit: int) -> bytes:
    """Read a whole small part. Raises BadInputError naming it when it is over `limit` bytes."""
    data = bytearray()
    try:
        while chunk := await part.read_chunk():
            data += chunk
            if len(data) > limit:
                break
    except MALFORMED as error:
        raise _malformed(
            problem="is not well-formed multipart", problem_pt="não é um multipart válido"
        ) from error
    if len(data) > limit:
        raise BadInputError(
            field=str(part.name),
            problem=f"is over the limit of {limit} bytes",
            problem_pt=f"passa do limite de {limit} bytes",
        )
    return bytes(data)


def _malformed(*, problem: str, problem_pt: str) -> BadInputError:
    return BadInputError(field="body", problem=problem, problem_pt=problem_pt)
