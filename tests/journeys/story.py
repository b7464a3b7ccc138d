"""What journeys have in common: a linked number, and customers who write and wait."""

from dataclasses import dataclass
from typing import Any, Self

from tests.journeys.box import Box
from tests.journeys.emulator import OWNER, Emulator

# Everything is answered by the model, which echoes the question.
ECHO = {"answerMode": "generative"}


@dataclass(frozen=True)
class Linked:
    """An agent whose number is online."""

    box: Box
    whatsapp: Emulator
    agent: str
    session: str

    @classmethod
    async def up(cls, box: Box, whatsapp: Emulator, owner: str = OWNER, **settings: Any) -> Self:
        """Make an agent, scan its code and wait until it works."""
        agent = await box.agent(**(settings or ECHO))
        return await cls.agent_up(box, whatsapp, agent, owner)

    @classmethod
    async def agent_up(cls, box: Box, whatsapp: Emulator, agent: str, owner: str = OWNER) -> Self:
        shown = await box.show_code(agent)
        await whatsapp.scan(shown["qr"]["text"], owner)
        await box.session_in(agent, shown["id"], "WORKING")
        return cls(box, whatsapp, agent, shown["id"])

    async def state(self, *states: str, within_s: float = 30) -> Any:
        return await self.box.session_in(self.agent, self.session, *states, within_s=within_s)

    async def chat(self, contact: str) -> Any:
        """The conversation with a contact, as the inbox shows it."""
        items = (await self.box.get("/conversations", agentId=self.agent))["items"]
        return next((item for item in items if contact in str(item["contact"]["phone"])), None)

    async def messages(self, contact: str) -> list[Any]:
        """Its messages, oldest first."""
        chat = await self.chat(contact)
        if chat is None:
            return []
        items = await self.box.all(f"/conversations/{chat['id']}/messages")
        return sorted(items, key=lambda item: str(item["id"]))
