"""The shipped templates: one JSON file each, in the package."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from .domain import Stored, Template

FOLDER = "shelf"


@cache
def shipped() -> Mapping[str, Stored]:
    """Read the library; call it in a thread the first time."""
    folder = files(__package__).joinpath(FOLDER)
    found = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".json"):
            number = file.name.removesuffix(".json")
            template = Template.model_validate_json(file.read_bytes())
            found[number] = Stored(number, template, own=False)
    return found
