"""The route of the dashboard."""

from aiohttp import web

from daemon.web.routing import Call, Routes

from .domain import Span
from .service import Dashboard
from .views import DashboardQuery, DashboardView

DASHBOARD: web.AppKey[Dashboard] = web.AppKey("dashboard", Dashboard)

routes = Routes(tag="dashboard")


@routes.get("/dashboard", query=DashboardQuery, returns=DashboardView)
async def show(call: Call[None, DashboardQuery]) -> DashboardView:
    """Show everything that matters on one screen: figures with their series, and the box's state.

    Each figure stands beside the same hours as many days earlier. Messages and service are at most
    a minute old, topics and money at most five (money is new right after a payment); sessions,
    queue, disk and notifications are of now.
    """
    query, dashboard = call.query, call.app[DASHBOARD]
    shown = await dashboard.show(Span(query.period, query.agent_id))
    return DashboardView.of(shown, dashboard.zone, dashboard.clock.now())
