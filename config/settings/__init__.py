"""Every setting of the box: one frozen tree from `nextagent.toml` and `NEXTAGENT_` variables.

A name that is not here, or a value that does not fit, stops the start with a message that names
it. Levels are separated by `__` in variables: `NEXTAGENT_HTTP__PORT=9000`.
"""

from .box import Auth, Brand, Children, Http, Limits, Log, Retention, Tenant
from .business import Finance, Reports
from .models import Costs, Language, Models, Retrieval
from .network import Integrations, Mail, Outbound, Sync
from .part import Part
from .talking import Conversations, Whatsapp
from .tree import PREFIX, SETTINGS_FILE, Settings, SettingsError

MEBIBYTE = 1024 * 1024

__all__ = [
    "MEBIBYTE",
    "PREFIX",
    "SETTINGS_FILE",
    "Auth",
    "Brand",
    "Children",
    "Conversations",
    "Costs",
    "Finance",
    "Http",
    "Integrations",
    "Language",
    "Limits",
    "Log",
    "Mail",
    "Models",
    "Outbound",
    "Part",
    "Reports",
    "Retention",
    "Retrieval",
    "Settings",
    "SettingsError",
    "Sync",
    "Tenant",
    "Whatsapp",
]
