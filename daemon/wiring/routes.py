"""Every route of a box, in the order in which the OpenAPI document shows them."""

from daemon.domains.agents import routes as agents_http
from daemon.domains.audit import routes as audit_http
from daemon.domains.auth import routes as auth_http
from daemon.domains.conversations import ask_routes as asks_http
from daemon.domains.conversations import people_routes as people_http
from daemon.domains.conversations import routes as conversations_http
from daemon.domains.dashboard import routes as dashboard_http
from daemon.domains.debug import routes as debug_http
from daemon.domains.finance.routes import billing as billing_http
from daemon.domains.finance.routes import financeiro as financeiro_http
from daemon.domains.finance.routes import hooks as hooks_http
from daemon.domains.finance.routes import invoices as invoices_http
from daemon.domains.finance.routes import previews as previews_http
from daemon.domains.finance.routes import terms as terms_http
from daemon.domains.finance.routes import trying as trying_http
from daemon.domains.fleet import routes as fleet_http
from daemon.domains.flows.routes import bringing as bringing_http
from daemon.domains.flows.routes import flows as flows_http
from daemon.domains.flows.routes import runs as runs_http
from daemon.domains.flows.routes import secrets as secrets_http
from daemon.domains.integrations.routes import crm as crm_http
from daemon.domains.integrations.routes import deals as deals_http
from daemon.domains.integrations.routes import files as files_http
from daemon.domains.integrations.routes import hooks as ways_in_http
from daemon.domains.integrations.routes import webhooks as webhooks_http
from daemon.domains.knowledge import routes as knowledge_http
from daemon.domains.logs import routes as logs_http
from daemon.domains.metrics import routes as metrics_http
from daemon.domains.notifications import routes as notifications_http
from daemon.domains.privacy import routes as privacy_http
from daemon.domains.reports import routes as reports_http
from daemon.domains.support import routes as support_http
from daemon.domains.system import egress_routes as egress_http
from daemon.domains.system import routes as system_http
from daemon.domains.templates import routes as templates_http
from daemon.domains.whatsapp import routes as whatsapp_http

ROUTES = [
    *auth_http.routes.items,
    *agents_http.routes.items,
    *agents_http.settings_routes.items,
    *knowledge_http.routes.items,
    *conversations_http.routes.items,
    *conversations_http.debug_routes.items,
    *asks_http.routes.items,
    *whatsapp_http.routes.items,
    *flows_http.routes.items,
    *bringing_http.routes.items,
    *runs_http.routes.items,
    *secrets_http.routes.items,
    *runs_http.ia_routes.items,
    *logs_http.routes.items,
    *audit_http.routes.items,
    *metrics_http.routes.items,
    *debug_http.routes.items,
    *egress_http.routes.items,
    *terms_http.routes.items,
    *trying_http.routes.items,
    *billing_http.routes.items,
    *invoices_http.routes.items,
    *previews_http.routes.items,
    *reports_http.invoice_routes.items,
    *hooks_http.routes.items,
    *financeiro_http.routes.items,
    *reports_http.routes.items,
    *dashboard_http.routes.items,
    *notifications_http.routes.items,
    *people_http.routes.items,
    *privacy_http.routes.items,
    *deals_http.routes.items,
    *webhooks_http.routes.items,
    *ways_in_http.routes.items,
    *crm_http.routes.items,
    *files_http.routes.items,
    *templates_http.routes.items,
    *templates_http.golden_routes.items,
    *support_http.routes.items,
    *system_http.routes.items,
    *fleet_http.routes.items,
]
