"""All areas of integrations, as routes find them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .crm import Crm
from .deals import Deals
from .desk import Desk
from .files import Files
from .hooks import Hooks
from .pulling import Puller
from .pushing import Pusher
from .webhooks import Webhooks


@dataclass(frozen=True)
class Integrations:
    """The areas."""

    webhooks: Webhooks
    hooks: Hooks
    deals: Deals
    crm: Crm
    pusher: Pusher
    puller: Puller
    files: Files

    @classmethod
    def of(cls, desk: Desk, folder: Path) -> Self:
        """Build them; `folder` is where files are dropped."""
        deals = Deals(desk)
        return cls(
            webhooks=Webhooks(desk),
            hooks=Hooks(desk),
            deals=deals,
            crm=Crm(desk),
            pusher=Pusher(desk),
            puller=Puller(desk, deals),
            files=Files(desk, deals, folder),
        )
