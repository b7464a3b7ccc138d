"""All areas of integrations, as routes find them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .crm import Crm
from .deals import Deals
from .desk import Desk
from .files import Files
from .hooks import Hooks
from .webhooks import Webhooks


@dataclass(frozen=True)
class Integrations:
    """The areas."""

    webhooks: Webhooks
    hooks: Hooks
    deals: Deals
    crm: Crm
    files: Files

    @classmethod
    def of(cls, desk: Desk, folder: Path) -> Self:
        """Build them; `folder` is where files are dropped."""
        deals = Deals(desk)
        return cls(Webhooks(desk), Hooks(desk), deals, Crm(desk), Files(desk, deals, folder))
