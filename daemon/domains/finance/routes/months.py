"""Periods as JSON. One that cannot move any more is spelt once: its rows are thousands."""

from functools import lru_cache
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel

from daemon.domains.finance.domain.movements import KINDS
from daemon.domains.finance.service.figures import Period

from .answers import KpiView, RetentionView, StandingRow, WaterfallView

KEPT = 512
STANDING = tuple(
    (info.serialization_alias or info.alias or name, name)
    for name, info in StandingRow.model_fields.items()
)
"""Each field of a standing row: its name in JSON, and in the record."""


@lru_cache(KEPT)
def waterfall(period: Period) -> orjson.Fragment:
    """Return how MRR moved over a period."""
    return _json(
        WaterfallView,
        {
            "period": str(period.month),
            "begins": period.begins,
            "ends": period.ends,
            "start": period.figures["mrr_start"],
            "end": period.figures["mrr"],
            **{name: period.figures[name] for name in (*KINDS, "usage")},
            "rows": period.movements,
        },
    )


@lru_cache(KEPT)
def rates(period: Period) -> orjson.Fragment:
    """Return what stayed and what went over a period."""
    wanted = set(RetentionView.model_fields)
    values = {name: value for name, value in period.figures.items() if name in wanted}
    kinds = {"churn", "contraction", "expansion"}
    rows = [row for row in period.movements if row["kind"] in kinds]
    return _json(RetentionView, {"period": str(period.month), "rows": rows, **values})


@lru_cache(KEPT)
def figures(period: Period) -> orjson.Fragment:
    """Return all figures of a period."""
    return _json(
        KpiView,
        {
            "period": str(period.month),
            "closed": period.closed_at is not None,
            "closed_at": period.closed_at,
            "rows": period.movements,
            **period.figures,
        },
    )


def with_rows(answer: BaseModel, **rows: Any) -> web.Response:
    """Return an answer whose rows are spelt already."""
    body = {**answer.model_dump(mode="json", by_alias=True), **rows}
    return web.Response(body=orjson.dumps(body), content_type="application/json")


def _json(model: type[BaseModel], values: dict[str, Any]) -> orjson.Fragment:
    return orjson.Fragment(model.model_validate(values).model_dump_json(by_alias=True))
