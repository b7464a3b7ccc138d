"""Routes of notifications."""

from aiohttp import web

from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import PageView

from .domain import NotificationNotFoundError
from .service import Notifications
from .views import (
    CountsView,
    MarkedView,
    NotificationDetail,
    NotificationsQuery,
    NotificationView,
    PreferencesChange,
    PreferencesView,
    RulesChange,
    RulesView,
    RuleView,
    TestView,
    TriedView,
)

NOTIFICATIONS: web.AppKey[Notifications] = web.AppKey("notifications", Notifications)

routes = Routes(tag="notifications")


@routes.get("/notifications", query=NotificationsQuery, returns=PageView[NotificationView])
async def page(call: Call[None, NotificationsQuery]) -> Page[NotificationView]:
    """List what the box had to say, newest first."""
    query, notifications = call.query, call.app[NOTIFICATIONS]
    found = await notifications.page(
        unread=query.unread,
        standing=query.open,
        rule=query.rule,
        cursor=query.cursor,
        limit=query.limit,
    )
    zone = notifications.zone
    items = [NotificationView.of(one, call.language, zone) for one in found.items]
    return Page(items, found.next_cursor)


@routes.get("/notifications/unread", returns=CountsView)
async def unread(call: Call[None, None]) -> CountsView:
    """Count what is unread, and what is still going on."""
    return CountsView(**await call.app[NOTIFICATIONS].counts())


@routes.post("/notifications/read", unaudited="marks as read", returns=MarkedView)
async def read_all(call: Call[None, None]) -> MarkedView:
    """Mark everything as read."""
    return MarkedView(marked=await call.app[NOTIFICATIONS].read_all())


@routes.get("/notifications/rules", returns=RulesView)
async def rules(call: Call[None, None]) -> RulesView:
    """Show the rules: what is watched, from when on it counts, and by which channels it is told."""
    found = await call.app[NOTIFICATIONS].rules()
    return RulesView(items=[RuleView.of(rule) for rule in found])


@routes.patch("/notifications/rules", body=RulesChange, returns=RulesView, errors=[BadInputError])
async def change_rules(call: Call[RulesChange, None]) -> RulesView:
    """Change rules: all of the changes are taken, or none."""
    changes = [(item.rule, item.values()) for item in call.body.items]
    found = await call.app[NOTIFICATIONS].change_rules(changes)
    return RulesView(items=[RuleView.of(rule) for rule in found])


@routes.get("/notifications/settings", returns=PreferencesView)
async def settings(call: Call[None, None]) -> PreferencesView:
    """Show whom to reach, the quiet hours and the limits."""
    return await _preferences(call.app[NOTIFICATIONS])


@routes.patch(
    "/notifications/settings",
    body=PreferencesChange,
    returns=PreferencesView,
    errors=[BadInputError],
)
async def change_settings(call: Call[PreferencesChange, None]) -> PreferencesView:
    """Change whom to reach, the quiet hours or the limits."""
    await call.app[NOTIFICATIONS].prefer(call.body.values())
    return await _preferences(call.app[NOTIFICATIONS])


@routes.post("/notifications/test", returns=TestView)
async def test(call: Call[None, None]) -> TestView:
    """Send a test by each configured channel, and say how each of them went."""
    tried = await call.app[NOTIFICATIONS].test(call.who.name)
    return TestView(items=[TriedView.of(one, call.language) for one in tried])


@routes.get("/notifications/{id}", returns=NotificationDetail, errors=[NotificationNotFoundError])
async def get(call: Call[None, None]) -> NotificationDetail:
    """Show one, with whom it was sent to."""
    notifications = call.app[NOTIFICATIONS]
    one, sent = await notifications.get(call.path["id"])
    return NotificationDetail.with_deliveries(one, sent, call.language, notifications.zone)


@routes.post(
    "/notifications/{id}/read",
    unaudited="marks as read",
    returns=NotificationView,
    errors=[NotificationNotFoundError],
)
async def read(call: Call[None, None]) -> NotificationView:
    """Mark one as read."""
    notifications = call.app[NOTIFICATIONS]
    one = await notifications.read(call.path["id"])
    return NotificationView.of(one, call.language, notifications.zone)


async def _preferences(notifications: Notifications) -> PreferencesView:
    wanted, channels = await notifications.preferences(), await notifications.channels()
    return PreferencesView.of(wanted, notifications.zone, channels)
