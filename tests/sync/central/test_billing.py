"""Plans, subscriptions, invoices and figures: every centavo accounted for, on both stores."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from sync.central.billing.book import Move, Plan, Version, segments
from sync.central.billing.charging import Late, Usage, billed_by, lines
from sync.central.billing.money import Month, half_up, months_on
from sync.central.billing.waterfall import Worth, falls
from sync.protocol.invoice import Price
from tests.sync.central.asking import ok
from tests.sync.central_fixtures import Plane, TestBox, an_enrolled_box

Body = dict[str, Any]


async def refused(plane: Plane, method: str, path: str, key: str, body: object = None) -> str:
    status, answer = await plane.call(method, path, key, body)
    assert 400 <= status < 500
    return str(answer["code"])


def price(day: str, base: int, **more: Any) -> Body:
    return {"effectiveFrom": day, "baseCentavos": base, **more}


async def a_plan(plane: Plane, key: str, base: int, **more: Any) -> str:
    version = price("2026-01-01", base, **more.pop("version", {}))
    plan = await ok(plane, "POST", "/api/plans", key, {"name": "Plan", **more, "version": version})
    return str(plan["id"])


async def a_shop(plane: Plane) -> tuple[str, str, str, str]:
    """Return keys of platform and reseller, and a small and a large plan with their cost."""
    key, norte = await plane.key(), await plane.key("reseller", "norte")
    await plane.token("acme", "norte")
    cost = await a_plan(
        plane,
        key,
        3_000,
        tier="wholesale",
        version={"meters": {"messages_in": {"included": 0, "perThousandCentavos": 400}}},
    )
    meters = {"messages_in": {"included": 10, "perThousandCentavos": 1_500}}
    small = await a_plan(plane, norte, 9_900, wholesalePlanId=cost, version={"meters": meters})
    large = await a_plan(plane, norte, 19_900, wholesalePlanId=cost)
    return key, norte, small, large


async def use(plane: Plane, box: TestBox, count: int) -> None:
    await box.use(count)
    plane.clock.advance(hours=1)
    await box.client.cycle()


async def test_the_price_book_has_two_tiers_and_prices_that_are_only_added(plane: Plane) -> None:
    key, norte, small, _ = await a_shop(plane)
    sul = await plane.key("reseller", "sul")
    path = f"/api/plans/{small}"

    later = await ok(plane, "POST", f"{path}/versions", norte, price("2026-04-01", 11_900))
    assert [one["baseCentavos"] for one in later["versions"]] == [11_900, 9_900]
    assert later["current"]["baseCentavos"] == 9_900
    for day in ("2026-04-01", "2026-03-20", "2026-02-01"):
        code = await refused(plane, "POST", f"{path}/versions", norte, price(day, 1))
        assert code == "malformed"
    assert (await plane.call("GET", path, sul))[0] == 404
    assert (await plane.call("PATCH", path, sul, {"name": "Mine"}))[0] == 404
    seen = (await ok(plane, "GET", "/api/plans", sul))["items"]
    assert [plan["tier"] for plan in seen] == ["wholesale"], "who pays it sees it"
    assert await refused(plane, "PATCH", f"/api/plans/{seen[0]['id']}", sul, {"name": "x"}) == (
        "forbidden"
    )
    wholesale = {"tier": "wholesale", "name": "x", "version": price("2026-01-01", 1)}
    assert await refused(plane, "POST", "/api/plans", norte, wholesale) == "forbidden"
    assert len((await ok(plane, "GET", "/api/plans", key))["items"]) == 3


async def test_a_subscription_starts_grows_shrinks_ends_and_comes_back(plane: Plane) -> None:
    _, norte, small, large = await a_shop(plane)
    path = "/api/tenants/acme/subscription"
    assert (await ok(plane, "GET", path, norte))["state"] == "none"

    quote = await ok(plane, "POST", f"{path}/quote", norte, {"planId": small})
    assert (quote["kind"], quote["chargeCentavos"]) == ("start", 9_900)
    await ok(plane, "POST", path, norte, {"planId": small, "on": "2026-03-02"})
    quote = await ok(plane, "POST", f"{path}/quote", norte, {"planId": large, "on": "2026-03-12"})
    left = half_up(9_900 * 21, 31)
    assert (quote["creditCentavos"], quote["chargeCentavos"]) == (-left, 19_900 - left)
    await ok(plane, "POST", path, norte, {"planId": large, "on": "2026-03-12"})
    await ok(plane, "POST", path, norte, {"planId": small, "on": "2026-03-14"})
    ended = await ok(plane, "POST", f"{path}/cancel", norte, {"on": "2026-03-20", "reason": "x"})
    assert (ended["state"], ended["endsOn"], ended["mrrCentavos"]) == ("cancelled", "2026-03-20", 0)
    assert await refused(plane, "POST", f"{path}/cancel", norte, {}) == "not_subscribed"
    again = await ok(plane, "POST", path, norte, {"planId": small, "on": "2026-03-25"})

    assert [step["kind"] for step in again["moves"]] == [
        "start",
        "upgrade",
        "downgrade",
        "cancel",
        "resume",
    ]
    early = {"planId": large, "on": "2026-03-01"}
    assert await refused(plane, "POST", path, norte, early) == "day_before"
    same = {"planId": small, "on": "2026-03-26"}
    assert await refused(plane, "POST", path, norte, same) == "already_subscribed"
    listed = (await ok(plane, "GET", "/api/subscriptions?state=active&q=ACM", norte))["items"]
    assert [(one["tenantId"], one["mrrCentavos"], one["costCentavos"]) for one in listed] == [
        ("acme", 9_900, 3_000)
    ]


async def test_a_month_is_invoiced_once_and_what_comes_late_is_charged_in_the_next(
    plane: Plane, tmp_path: Path
) -> None:
    key, norte, small, _ = await a_shop(plane)
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    away = await an_enrolled_box(plane, tmp_path / "away.db")
    await ok(plane, "POST", "/api/tenants/acme/subscription", norte, {"planId": small})
    await use(plane, box, 14)
    await away.use(5)  # seen by nobody until April
    path = "/api/tenants/acme/invoices"
    assert await refused(plane, "POST", path, norte, {"period": "2026-03"}) == "period_open"
    preview = await ok(plane, "GET", f"{path}/2026-03/preview", norte)
    assert preview["totalCentavos"] == 9_900 + 6

    plane.clock.advance(days=31)
    done = await ok(plane, "POST", "/api/invoices/run", key, {"period": "2026-03"})
    assert (done["issued"], done["skipped"], done["failed"]) == (1, 0, [])
    march = await ok(plane, "GET", f"{path}/2026-03", norte)
    usage = next(line for line in march["lines"] if line["kind"] == "usage")
    assert (usage["quantity"], usage["billed"], usage["totalCentavos"]) == (14, 4, 6)
    assert march["totalCentavos"] == 9_906
    assert march["cost"]["totalCentavos"] == 3_000 + half_up(14 * 400, 1_000)
    assert march["marginCentavos"] == 9_906 - 3_006
    assert (await ok(plane, "POST", path, norte, {"period": "2026-03"}))["id"] == march["id"]

    await away.client.cycle()
    await use(plane, box, 3)
    plane.clock.advance(days=31)
    april = await ok(plane, "POST", path, norte, {"period": "2026-04"})

    late = next(line for line in april["lines"] if line["kind"] == "adjustment")
    assert (late["month"], late["quantity"]) == ("2026-03", 5)
    assert late["totalCentavos"] == Price(10, 1_500).total(19) - Price(10, 1_500).total(14)
    assert [one["quantity"] for one in late["evidence"]] == [5]
    assert next(line for line in april["lines"] if line["kind"] == "usage")["quantity"] == 3
    assert await refused(plane, "POST", path, norte, {"period": "2026-02"}) == "period_closed"
    cancel = "/api/tenants/acme/subscription/cancel"
    assert await refused(plane, "POST", cancel, norte, {"on": "2026-04-10"}) == "day_invoiced"
    items = (await ok(plane, "GET", "/api/invoices", norte))["items"]
    assert [row["period"] for row in items] == ["2026-04", "2026-03"]
    assert (await ok(plane, "GET", "/api/invoices?limit=1", norte))["nextCursor"]
    margin = await ok(plane, "GET", "/api/figures/margin?period=2026-03", norte)
    assert margin["marginCentavos"] == margin["tenants"][0]["marginCentavos"] == 6_900
    sul = await plane.key("reseller", "sul")
    assert (await ok(plane, "GET", "/api/invoices", sul))["items"] == []
    assert (await plane.call("GET", f"{path}/2026-03", sul))[0] == 404


async def test_figures_follow_the_subscriptions_of_each_tier_and_reseller(plane: Plane) -> None:
    key, norte, small, large = await a_shop(plane)
    for tenant in ("beta", "gama"):
        await plane.token(tenant, "norte")
    for tenant, plan, day in (
        ("acme", small, "2026-01-10"),
        ("beta", large, "2026-01-20"),
        ("gama", small, "2026-02-05"),
        ("acme", large, "2026-02-10"),
    ):
        body = {"planId": plan, "on": day}
        await ok(plane, "POST", f"/api/tenants/{tenant}/subscription", norte, body)
    cancel = {"on": "2026-02-20"}
    await ok(plane, "POST", "/api/tenants/beta/subscription/cancel", norte, cancel)

    found = await ok(plane, "GET", "/api/figures/mrr?start=2026-01&end=2026-03", norte)
    january, february, march = found["months"]
    assert january["newCentavos"] == january["endCentavos"] == 29_800
    assert february["newCentavos"] == 9_900
    assert february["expansionCentavos"] == 10_000
    assert february["churnCentavos"] == 19_900
    assert (february["logosLost"], february["logoChurnBps"]) == (1, 5_000)
    assert february["nrrBps"] == half_up(19_900 * 10_000, 29_800)
    assert february["grrBps"] == half_up(9_900 * 10_000, 29_800)
    assert march["startCentavos"] == march["endCentavos"] == 29_800
    moves = await ok(plane, "GET", "/api/figures/movements?period=2026-02", norte)
    assert [one["kind"] for one in moves["items"]] == ["churn", "expansion", "new"]
    wholesale = await ok(
        plane, "GET", "/api/figures/mrr?start=2026-02&end=2026-02&tier=wholesale", key
    )
    assert wholesale["months"][0]["endCentavos"] == 6_000
    summary = await ok(plane, "GET", "/api/figures/summary", norte)
    assert (summary["mrrCentavos"], summary["costCentavos"]) == (29_800, 6_000)
    assert (summary["tenants"], summary["subscribed"]) == (3, 2)
    sul = await plane.key("reseller", "sul")
    empty = await ok(plane, "GET", "/api/figures/mrr?start=2026-02&end=2026-02", sul)
    assert empty["months"][0]["endCentavos"] == 0
    path = "/api/figures/mrr?start=2026-02&end=2026-02&resellerId=norte"
    assert (await plane.call("GET", path, sul))[0] == 404


async def test_who_uses_four_fifths_of_what_is_included_twice_is_named_with_the_evidence(
    plane: Plane, tmp_path: Path
) -> None:
    _, norte, small, _ = await a_shop(plane)
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await ok(plane, "POST", "/api/tenants/acme/subscription", norte, {"planId": small})
    for period, count in (("2026-03", 8), ("2026-04", 9)):
        await use(plane, box, count)
        plane.clock.advance(days=31)
        await ok(plane, "POST", "/api/tenants/acme/invoices", norte, {"period": period})

    async def health() -> Body:
        return {"queue": {"wait_p95_ms": 45_000}, "unanswered": {"topics": 7}}

    box.client._health = health  # noqa: SLF001 - the daemon passes it at the start
    await box.client.cycle()
    found = (await ok(plane, "GET", "/api/figures/upsell", norte))["items"]

    assert [row["signal"] for row in found] == ["entitlement", "queue_wait", "unanswered"]
    assert found[0]["evidence"]["cycles"] == [
        {"period": "2026-03", "used": 8, "included": 10, "shareBps": 8_000},
        {"period": "2026-04", "used": 9, "included": 10, "shareBps": 9_000},
    ]
    assert found[1]["evidence"]["p95Ms"] == 45_000


# -- the pure part, against itself told another way

DAYS = some.dates(date(2025, 1, 1), date(2026, 12, 31))
BASES = some.integers(0, 10**7)


@some.composite
def shops(draw: some.DrawFn) -> tuple[dict[str, Plan], list[Move]]:
    plans = {}
    for number in range(draw(some.integers(1, 4))):
        days = sorted(draw(some.sets(DAYS, min_size=1, max_size=3)))
        versions = [
            Version(
                day if place else date(2020, 1, 1),
                "BRL",
                draw(some.sampled_from([1, 3, 6, 12])),
                draw(BASES),
                {"answers": Price(draw(some.integers(0, 500)), draw(some.integers(0, 10**5)))},
            )
            for place, day in enumerate(days)
        ]
        plans[f"p{number}"] = Plan(f"p{number}", "P", "", versions)
    moves = []
    for tenant in range(draw(some.integers(1, 4))):
        days = sorted(draw(some.lists(DAYS, max_size=5)))
        moves += [
            Move(f"t{tenant}", "r", day, draw(some.sampled_from([*plans, ""]))) for day in days
        ]
    return plans, moves


@settings(max_examples=150, deadline=None)
@given(shops())
def test_every_waterfall_closes_to_the_centavo_and_meets_the_next(
    shop: tuple[dict[str, Plan], list[Move]],
) -> None:
    plans, moves = shop
    months = [Month(2025, 1)]
    while len(months) < 24:
        months.append(months[-1].next)
    worth = Worth(moves, plans, currency="BRL", wholesale=False)

    found = falls(worth, months)

    for fall in found:
        gained = fall.total("new") + fall.total("expansion") + fall.total("reactivation")
        lost = fall.total("contraction") + fall.total("churn")
        assert fall.start + gained - lost == fall.end
        assert fall.logos_start + fall.count("new", "reactivation") - fall.count("churn") == (
            fall.logos_end
        )
        assert fall.end == sum(
            _promised(plans, moves, t, fall.month.next.first) for t in worth.tenants
        )
    assert all(one.end == two.start for one, two in pairwise(found))


def _promised(plans: dict[str, Plan], moves: list[Move], tenant: str, edge: date) -> int:
    """Say what a tenant promises at an edge, straight from the definition."""
    before = [move for move in moves if move.tenant_id == tenant and move.day < edge]
    if not before or not before[-1].plan_id:
        return 0
    day = edge - timedelta(days=1)
    version = [one for one in plans[before[-1].plan_id].versions if one.effective_from <= day][-1]
    return half_up(version.base_centavos, version.period_months)


@settings(max_examples=100, deadline=None)
@given(
    price=some.builds(Price, some.integers(0, 50), some.integers(0, 10**5)),
    arrivals=some.lists(
        some.tuples(some.integers(0, 3), some.integers(0, 3), some.integers(1, 200)), max_size=20
    ),
)
def test_the_sum_of_all_invoices_is_the_price_of_all_usage_in_whatever_order_it_came(
    price: Price, arrivals: list[tuple[int, int, int]]
) -> None:
    plan = Plan("p", "P", "", [Version(date(2020, 1, 1), "BRL", 1, 0, {"answers": price})])
    parts = segments([Move("t", "r", date(2026, 1, 1), "p")], {"p": plan})
    months = [Month(2026, number) for number in range(1, 6)]
    used = [sum(q for month, _, q in arrivals if month == number) for number in range(4)]
    documents: list[Body] = []
    for number, month in enumerate(months):
        on_time = sum(q for used_in, delay, q in arrivals if used_in == number and delay == 0)
        late = [
            Late(f"{months[used_in]}-01T00:00:00Z", str(months[used_in]), "answers", q, "x")
            for used_in, delay, q in arrivals
            if delay and min(used_in + delay, 4) == number
        ]
        usage = Usage(month, {"answers": on_time}, late, billed_by(documents, "lines"))
        documents.append({"lines": lines(parts, usage, wholesale=None), "cost": {"lines": []}})

    charged = sum(line["totalCentavos"] for document in documents for line in document["lines"])

    assert charged == sum(price.total(quantity) for quantity in used)


def test_periods_begin_on_the_same_day_of_the_month_or_on_its_last() -> None:
    first = date(2026, 1, 31)
    assert [months_on(first, n, 31).isoformat() for n in (1, 2, 13)] == [
        "2026-02-28",
        "2026-03-31",
        "2027-02-28",
    ]


def test_a_year_is_paid_on_its_first_day_and_a_change_gives_back_the_rest() -> None:
    year = Plan("y", "Y", "", [Version(date(2020, 1, 1), "BRL", 12, 120_000)])
    month = Plan("m", "M", "", [Version(date(2020, 1, 1), "BRL", 1, 15_000)])
    moves = [
        Move("t", "r", date(2026, 1, 10), "y"),
        Move("t", "r", date(2026, 3, 11), "m"),
        Move("t", "r", date(2026, 4, 20), ""),
    ]
    parts = segments(moves, {"y": year, "m": month})

    def totals(number: int) -> list[int]:
        made = lines(parts, Usage(Month(2026, number), {}), wholesale=None)
        return [line["totalCentavos"] for line in made]

    assert totals(1) == [120_000]
    assert totals(2) == []
    assert totals(3) == [-half_up(120_000 * 305, 365), 15_000]
    assert totals(4) == [15_000], "a cancellation gives nothing back"
    assert totals(5) == []
