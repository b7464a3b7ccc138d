"""The fleet over HTTP."""

from typing import Any

from sync.central.access import Person
from sync.central.answers import fleet as answers
from sync.central.fleet.box import Boxes
from sync.central.fleet.counting import Map
from sync.central.fleet.listing import Listing
from sync.central.fleet.models import (
    BoxChange,
    FleetPage,
    MapQuery,
    SeriesQuery,
    TimelinePage,
)
from sync.central.office import Office
from sync.central.parts import Central
from sync.central.routing import Answer, Route


class FleetApi:
    """Routes of the list, the map and one box."""

    def __init__(self, central: Central, office: Office) -> None:
        self._listing = Listing(central.store, central.clock)
        self._map = Map(central.store, central.clock, self._listing)
        self._boxes = Boxes(central.store, central.clock, office, self._listing)
        device = "/api/devices/{id}"
        self.table = [
            Route(
                "GET", "/api/fleet", self.fleet, query=FleetPage, returns=answers.Box, paged=True
            ),
            Route(
                "GET", "/api/fleet/map", self.fleet_map, query=MapQuery, returns=answers.FleetMap
            ),
            Route("GET", f"{device}/overview", self.overview, returns=answers.Overview),
            Route(
                "GET",
                f"{device}/timeline",
                self.timeline,
                query=TimelinePage,
                returns=answers.Step,
                paged=True,
            ),
            Route(
                "GET", f"{device}/series", self.series, query=SeriesQuery, returns=answers.Series
            ),
            Route("PATCH", device, self.change_device, BoxChange, returns=answers.Box),
        ]

    async def fleet(self, who: Person, _: Any, query: FleetPage, *__: Any) -> Answer:
        """List boxes with filters, sorted; go on with `cursor`."""
        return await self._listing.page(who, query)

    async def fleet_map(self, who: Person, _: Any, query: MapQuery, *__: Any) -> Answer:
        """Count boxes by health, version, WhatsApp and licence, and by cell of the map."""
        return await self._map.show(who, query)

    async def overview(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Return all that is known of a box now."""
        return await self._boxes.overview(who, id_)

    async def timeline(self, who: Person, _: Any, query: TimelinePage, id_: str) -> Answer:
        """List what happened to a box, newest first."""
        return await self._boxes.timeline(who, id_, query)

    async def series(self, who: Person, _: Any, query: SeriesQuery, id_: str) -> Answer:
        """Return a box's usage by hour or day, for charts."""
        return await self._boxes.series(who, id_, query)

    async def change_device(self, who: Person, body: BoxChange, _: Any, id_: str) -> Answer:
        """Note a box's label, or that its clock is suspect."""
        return await self._boxes.change(who, id_, body)
