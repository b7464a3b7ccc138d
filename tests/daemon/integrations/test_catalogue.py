"""The catalogue of events: whole, as each is sent, and chosen by families."""

import dataclasses

import daemon.app  # noqa: F401 - every event of the box is known by then
from daemon.domains.integrations.domain import catalogue
from daemon.kernel.events import Event
from tests.daemon.integrations.conftest import Office

# Steps of a bar, counters of a bell, and what a notification tells in words.
FOR_THE_PAGE_ALONE = {"document.progress", "report.progress", "notification.read", "child.gave_up"}


async def test_every_event_of_the_box_is_in_the_catalogue_as_it_is_sent(office: Office) -> None:
    listed = (await office.get("/integrations/events"))["items"]
    shown = {one["type"]: one for one in listed}
    assert len(shown) == len(listed)
    kinds = {kind.name: kind for kind in every(Event) if kind.__module__.startswith("daemon.")}
    assert len(kinds) >= 20
    assert set(kinds) - set(shown) == FOR_THE_PAGE_ALONE
    for name, kind in kinds.items():
        if name in shown:
            fields = dict.fromkeys(one.name for one in dataclasses.fields(kind))
            example = shown[name]["example"]["data"]
            assert set(catalogue.public(fields)) == set(example), name


def every(kind: type[Event]) -> set[type[Event]]:
    return {one for child in kind.__subclasses__() for one in (child, *every(child))}


def test_filters_choose_families() -> None:
    assert catalogue.is_filter("flow.run.*")
    assert catalogue.chooses(["flow.run.*"], "flow.run.updated")
    assert not catalogue.chooses(["flow.run.*"], "flow.updated")
    assert catalogue.chooses(["flow.*"], "flow.run.updated")
    assert not catalogue.chooses(["*"], "document.progress")
    for wrong in ("", ".*", "flow.", "fl*", "flow*", "other.*", "**"):
        assert not catalogue.is_filter(wrong), wrong
