"""Invoices of boxes: computed from the received chain, signed, and never changed afterwards.

They follow the tenancy: what a box used while it was a tenant's is that tenant's, whoever has it
now. So a former tenant's months are issued and shown under its own name, to who may see it.
"""

from typing import Any

import orjson

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.office import Office
from sync.central.office_models import NewInvoice
from sync.central.store import Store
from sync.protocol.invoice import Position, Price, Terms, compute
from sync.protocol.problems import SyncError
from sync.signing import PrivateKey, sign_document

Row = dict[str, Any]


class Invoicing:
    """Issues and shows invoices, within what a person may see."""

    def __init__(self, office: Office, store: Store, clock: Clock, key: PrivateKey) -> None:
        self._office, self._store, self._clock, self._key = office, store, clock, key

    async def issue(self, who: Person, device_id: str, asked: NewInvoice) -> Row:
        """Issue the invoice of a month; asked again, return the one there is."""
        who.must(write=True)
        tenant = (await self._tenants(who, device_id, asked.tenant_id))[0]
        issued = await self._issued(who, tenant, device_id)
        if asked.period in issued:
            return dict(orjson.loads(issued[asked.period]["document"]))
        later = [period for period in issued if period > asked.period]
        if later:  # its late hours are in there already
            raise SyncError(code="period_closed", period=asked.period, later=min(later))
        rollups, aside, head = await self._evidence(who, tenant, device_id)
        last = max(issued, default="")
        after = (issued[last]["until_epoch"], issued[last]["until_seq"]) if last else (0, 0)
        begin, covered, skip = await self._begin(who, tenant, device_id)
        terms = Terms(
            begin=begin,
            covered=covered,
            skip=skip,
            aside=aside,
            device=device_id,
            tenant=tenant,
            period=asked.period,
            zone=asked.zone,
            currency=asked.currency,
            prices={
                meter: Price(price.included, price.per_thousand_centavos)
                for meter, price in asked.prices.items()
            },
            after=after,
            until=head[0],
            head=head[1],
        )
        document = sign_document(self._key, compute(terms, rollups))
        await self._keep(who, tenant, terms, document)
        await self._office.note(who, "invoice.issue", f"{device_id}/{asked.period}")
        return document

    async def months(self, who: Person, device_id: str, tenant_id: str) -> list[Row]:
        """List a box's invoices to its tenant and to former ones, newest month first."""
        shown = []
        for tenant in await self._tenants(who, device_id, tenant_id):
            issued = await self._issued(who, tenant, device_id)
            for period, row in issued.items():
                document = orjson.loads(row["document"])
                shown.append(
                    {
                        "period": period,
                        "tenant_id": tenant,
                        "total_centavos": document["total_centavos"],
                        "currency": document["currency"],
                        "issued_at": row["issued_at"],
                    }
                )
        return sorted(shown, key=lambda row: (row["period"], row["issued_at"]), reverse=True)

    async def show(self, who: Person, device_id: str, period: str, tenant_id: str) -> Row:
        """Return an invoice with its evidence, as `nextagent ledger prove` takes it.

        Without a tenant it is the present one's, or else the last former one's that has it.
        """
        for tenant in await self._tenants(who, device_id, tenant_id):
            issued = await self._issued(who, tenant, device_id)
            if period in issued:
                return dict(orjson.loads(issued[period]["document"]))
        raise SyncError(code="not_found", kind="invoice", id=period)

    async def _tenants(self, who: Person, device_id: str, asked: str) -> list[str]:
        """Return whose a box is and was, as far as a person sees them; the present one first.

        Raises not_found for a box or a tenant that is not theirs, or never had the box.
        """
        seen: list[str] = []
        now = await self._store.query(
            who.scope,
            "SELECT tenant_id FROM devices WHERE id = $1 AND ($2 = '' OR reseller_id = $2)",
            device_id,
            who.reseller_id,
        )
        before = await self._store.query(
            who.scope,
            "SELECT tenant_id FROM moves WHERE device_id = $1 AND done_at IS NOT NULL "
            "AND ($2 = '' OR reseller_id = $2) ORDER BY id DESC",
            device_id,
            who.reseller_id,
        )
        for row in [*now, *before]:
            if row["tenant_id"] not in seen:
                seen.append(row["tenant_id"])
        if not seen:
            raise SyncError(code="not_found", kind="device", id=device_id)
        if asked and asked not in seen:
            raise SyncError(code="not_found", kind="tenant", id=asked)
        return [asked] if asked else seen

    async def _issued(self, who: Person, tenant: str, device_id: str) -> dict[str, Row]:
        rows = await self._store.query(
            who.scope,
            "SELECT period, until_epoch, until_seq, document, issued_at FROM invoices "
            "WHERE tenant_id = $1 AND device_id = $2",
            tenant,
            device_id,
            tenant=tenant,
        )
        return {row["period"]: row for row in rows}

    async def _evidence(
        self, who: Person, tenant: str, device_id: str
    ) -> tuple[list[tuple[Position, bytes]], tuple[Position, ...], tuple[Position, str]]:
        rows = await self._store.query(
            who.scope,
            "SELECT epoch, seq, body FROM events WHERE tenant_id = $1 AND device_id = $2 "
            "AND type = 'usage.rollup' ORDER BY epoch, seq",
            tenant,
            device_id,
            tenant=tenant,
        )
        odd = await self._store.query(
            who.scope,
            "SELECT epoch, seq FROM quarantine WHERE tenant_id = $1 AND device_id = $2 "
            "AND reason NOT LIKE 'cover%'",  # those follow from the evidence itself
            tenant,
            device_id,
            tenant=tenant,
        )
        heads = await self._store.query(
            who.scope,
            "SELECT epoch, acked, head FROM epochs WHERE tenant_id = $1 AND device_id = $2 "
            "ORDER BY epoch DESC LIMIT 1",
            tenant,
            device_id,
            tenant=tenant,
        )
        rollups = [((row["epoch"], row["seq"]), bytes(row["body"])) for row in rows]
        positions = {position for position, _ in rollups}
        aside = sorted(positions & {(row["epoch"], row["seq"]) for row in odd})
        if not heads:
            return rollups, tuple(aside), ((0, 0), "")
        head = heads[0]
        return rollups, tuple(aside), ((head["epoch"], head["acked"]), bytes(head["head"]).hex())

    async def _begin(
        self, who: Person, tenant: str, device_id: str
    ) -> tuple[int, dict[int, int], tuple[int, ...]]:
        """Return where a box came in that belonged to another tenant before; 0 if it did not.

        The epochs that lie between a tenant's own are those in which it was another's.
        """
        rows = await self._store.query(
            who.scope,
            "SELECT epoch FROM epochs WHERE tenant_id = $1 AND device_id = $2 ORDER BY epoch",
            tenant,
            device_id,
            tenant=tenant,
        )
        own = [row["epoch"] for row in rows]
        first = own[0] if own else 0
        skip = tuple(sorted(set(range(first, own[-1])) - set(own))) if own else ()
        if first <= 1:
            return 0, {}, skip
        rows = await self._store.query(
            who.scope,
            "SELECT raw_epoch, min(first) AS first FROM rollups WHERE tenant_id = $1 "
            "AND device_id = $2 GROUP BY raw_epoch",
            tenant,
            device_id,
            tenant=tenant,
        )
        covered = {row["raw_epoch"]: row["first"] - 1 for row in rows if row["first"] > 1}
        return first, covered, skip

    async def _keep(self, who: Person, tenant: str, terms: Terms, document: Row) -> None:
        await self._store.query(
            who.scope,
            "INSERT INTO invoices (tenant_id, device_id, period, until_epoch, until_seq, "
            "document, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            tenant,
            terms.device,
            terms.period,
            *terms.until,
            orjson.dumps(document).decode(),
            self._clock.now(),
            tenant=tenant,
        )
