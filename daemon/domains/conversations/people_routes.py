"""Routes of contacts."""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, ListQuery, Moment, Name, PageView

from .people import MAX_TAGS, People
from .person import PersonKnownError, PersonNotFoundError

PEOPLE: web.AppKey[People] = web.AppKey("people", People)

routes = Routes(tag="contacts")

NO_NUL = r"^[^\x00]*$"
Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=NO_NUL),
]
FieldName = Annotated[str, StringConstraints(pattern=r"^[\w][\w .-]{0,59}$")]
FieldValue = Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]


class ContactQuery(ListQuery):
    """Which contacts."""

    q: str | None = Field(
        None, max_length=120, description="In name, phone, e-mail, tags or fields; accents are none"
    )
    tag: str | None = Field(None, max_length=60)


class ContactChange(ApiModel):
    """What to write down about a contact; a name of null takes WhatsApp's own again."""

    name: Name | None = None
    email: Email | None = None
    tags: list[Tag] = Field(default_factory=list, max_length=MAX_TAGS)
    fields: dict[FieldName, FieldValue] = Field(default_factory=dict, max_length=50)
    opt_in: bool | None = Field(None, description="Agreed to be written to; null: never asked")


class NewContact(ContactChange):
    """A contact, known by its phone."""

    phone: str = Field(max_length=30, description="As people type it; 55 is added where it lacks")


class PersonView(ApiModel):
    """A contact."""

    id: str
    name: str | None
    phone: str | None
    email: str | None
    tags: list[str]
    fields: dict[str, str]
    opt_in: bool | None
    opt_in_at: Moment | None
    created_at: Moment
    updated_at: Moment | None


@routes.get("/contacts", query=ContactQuery, returns=PageView[PersonView])
async def page(call: Call[None, ContactQuery]) -> Page[PersonView]:
    """List contacts, newest first."""
    query = call.query
    found = await call.app[PEOPLE].page(query.q, query.tag, query.cursor, query.limit)
    return Page([PersonView.model_validate(one) for one in found.items], found.next_cursor)


@routes.post(
    "/contacts",
    body=NewContact,
    returns=PersonView,
    status=201,
    errors=[PersonKnownError, BadInputError],
    examples={
        "body": {
            "phone": "+5519991234567",
            "name": "Marina Lopes",
            "email": "marina@example.com",
            "tags": ["vip"],
            "fields": {"cidade": "Campinas"},
            "optIn": True,
        }
    },
)
async def create(call: Call[NewContact, None]) -> PersonView:
    """Add a contact before it ever wrote."""
    values = call.body.model_dump(exclude_unset=True)
    phone = values.pop("phone")
    return PersonView.model_validate(await call.app[PEOPLE].create(phone, values))


@routes.get("/contacts/{id}", returns=PersonView, errors=[PersonNotFoundError])
async def get(call: Call[None, None]) -> PersonView:
    """Show a contact."""
    return PersonView.model_validate(await call.app[PEOPLE].get(call.path["id"]))


@routes.patch(
    "/contacts/{id}",
    body=ContactChange,
    returns=PersonView,
    errors=[PersonNotFoundError],
    examples={"body": {"name": "Marina L. Souza", "tags": ["vip", "orçamento"], "optIn": True}},
)
async def change(call: Call[ContactChange, None]) -> PersonView:
    """Change what is written down about a contact. Lists and fields are replaced as a whole."""
    values = call.body.model_dump(exclude_unset=True)
    return PersonView.model_validate(await call.app[PEOPLE].change(call.path["id"], values))
