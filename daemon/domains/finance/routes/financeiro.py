"""The contract's routes: what money says, each figure with the rows it was computed from."""

from aiohttp import web

from daemon.domains.finance.service.selling import Offer
from daemon.kernel.errors import BadInputError
from daemon.web.routing import Call, Routes

from .answers import (
    CycleView,
    DatesQuery,
    History,
    HistoryRow,
    InvoicesQuery,
    InvoicesView,
    Kpis,
    Mrr,
    MrrQuery,
    OfferView,
    PagedDatesQuery,
    RetentionPage,
    StrainView,
    Upsell,
)
from .invoices import shown
from .months import STANDING, figures, rates, waterfall, with_rows
from .views import FINANCE, SaleView

routes = Routes(tag="finance")


@routes.get("/financeiro/historico", query=PagedDatesQuery, returns=History, errors=[BadInputError])
async def historico(call: Call[None, PagedDatesQuery]) -> History:
    """List invoices, credit notes, payments and refunds, newest first, with their sums."""
    query, finance = call.query, call.app[FINANCE]
    since, until = finance.figures.range_of(query.start, query.end)
    rows, cash = await finance.figures.history(since, until, query.cursor, query.limit)
    page, more = rows[: query.limit], len(rows) > query.limit
    return History(
        currency=finance.desk.currency,
        start=since,
        end=until,
        billed_centavos=cash.billed,
        credited_centavos=cash.credited,
        received_centavos=cash.received,
        refunded_centavos=cash.refunded,
        revenue_centavos=cash.revenue,
        rows=[HistoryRow.model_validate(row) for row in page],
        next_cursor=f"{page[-1]['at']}|{page[-1]['id']}" if more else None,
    )


@routes.get("/financeiro/mrr", query=MrrQuery, returns=Mrr, errors=[BadInputError])
async def mrr(call: Call[None, MrrQuery]) -> web.Response:
    """Show MRR as a waterfall: what it was, how it moved, what it is."""
    query, finance = call.query, call.app[FINANCE]
    span = finance.figures.span(query.start, query.end, query.periodo)
    periods = await finance.figures.periods(span)
    last = periods[-1]
    standing = await finance.figures.standing(last.ends)
    answer = Mrr(
        currency=finance.desk.currency,
        periodo=query.periodo,
        mrr_centavos=last.figures["mrr"],
        arr_centavos=last.figures["mrr"] * 12,
        waterfall=[],
        rows=[],
    )
    return with_rows(
        answer,
        waterfall=[waterfall(one) for one in periods],
        rows=[{name: row[key] for name, key in STANDING} for row in standing],
    )


@routes.get(
    "/financeiro/retencao-churn", query=DatesQuery, returns=RetentionPage, errors=[BadInputError]
)
async def retencao_churn(call: Call[None, DatesQuery]) -> web.Response:
    """Show churn of revenue and of clients, NRR and GRR, month by month."""
    finance = call.app[FINANCE]
    periods = await finance.figures.periods(finance.figures.span(call.query.start, call.query.end))
    answer = RetentionPage(currency=finance.desk.currency, months=[])
    return with_rows(answer, months=[rates(one) for one in periods])


@routes.get("/financeiro/kpis", query=DatesQuery, returns=Kpis, errors=[BadInputError])
async def kpis(call: Call[None, DatesQuery]) -> web.Response:
    """List the figures of each month; those of closed months do not move."""
    finance = call.app[FINANCE]
    periods = await finance.figures.periods(finance.figures.span(call.query.start, call.query.end))
    answer = Kpis(currency=finance.desk.currency, items=[])
    return with_rows(answer, items=[figures(one) for one in periods])


@routes.get("/financeiro/upsell", query=PagedDatesQuery, returns=Upsell, errors=[BadInputError])
async def upsell(call: Call[None, PagedDatesQuery]) -> Upsell:
    """Show who is close to needing more, with the evidence, and what was sold on top."""
    query, finance = call.query, call.app[FINANCE]
    since, until = finance.figures.range_of(query.start, query.end)
    sold = await finance.sales.page(None, query.cursor, query.limit, start=since, end=until)
    offers = await finance.sales.offers(until)
    return Upsell(
        currency=finance.desk.currency,
        signals=[_offer(one) for one in offers],
        wait_budget_ms=finance.sales.wait_budget_ms,
        strains=[StrainView.model_validate(one) for one in await finance.sales.strains(until)],
        sales_centavos=await finance.figures.sold(since, until),
        sales=[SaleView.model_validate(one) for one in sold.items],
        next_cursor=sold.next_cursor,
    )


@routes.get(
    "/financeiro/faturas", query=InvoicesQuery, returns=InvoicesView, errors=[BadInputError]
)
async def faturas(call: Call[None, InvoicesQuery]) -> InvoicesView:
    """List invoices with their lines and Pix codes, newest first."""
    query, finance = call.query, call.app[FINANCE]
    dated = query.start is not None or query.end is not None
    since, until = finance.figures.range_of(query.start, query.end) if dated else (None, None)
    found = await finance.invoices.page(
        {"client_id": query.client_id, "status": query.status, "period": query.periodo},
        query.cursor,
        query.limit,
        start=since,
        end=until,
    )
    return InvoicesView(
        currency=finance.desk.currency,
        items=[shown(finance, one) for one in found.items],
        next_cursor=found.next_cursor,
    )


def _offer(offer: Offer) -> OfferView:
    return OfferView.model_validate(
        {
            "client_id": offer.client_id,
            "subscription_id": offer.subscription_id,
            "plan_id": offer.plan_id,
            "suggested_plan_id": offer.suggested_plan_id,
            "meter": offer.signal.meter,
            "cycles": [CycleView.model_validate(cycle) for cycle in offer.signal.cycles],
        }
    )
