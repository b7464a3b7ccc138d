"""From a setting to a serving engine: find the file, check it, load it, with progress."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from models import catalog, embedded
from models.catalog import ENGINE_MB, MB, this_box
from models.errors import (
    ModelChecksumError,
    ModelError,
    ModelTooLargeError,
    NotAChatModelError,
)
from models.gguf import Header, read_header
from models.library import Library, ModelSpec, opened, sha256_of
from models.ports import ModelInfo

from .engine import Engine, Shape
from .pace import Pace
from .template import ChatTemplate
from .threads import Load, ThreadGovernor, usable_cores
from .weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the daemon asks of this child, from its settings."""

    folder: Path
    """Where models are kept."""
    model: str = "default"
    context_tokens: int = 4096
    slots: int = 8
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that serves."""

    weights: Weights
    template: ChatTemplate
    engine: Engine
    info: ModelInfo


def load(plan: Plan, report: Callable[[str, float], None], on_broken: Callable[[], None]) -> Loaded:
    """Do it all; takes seconds. Raises ModelFileError or UnknownModelError."""
    library = Library(plan.folder)
    report("prepare", 0.0)
    spec = _spec(library, plan.model)
    try:
        return _load_checked(plan, spec, report, on_broken)
    except ModelChecksumError:
        if spec.id != catalog.DEFAULT:
            raise
        # The embedded one can be made again from the package, without anybody's help.
        log.warning("embedded_model_damaged")
        embedded.remake(library)
        return _load_checked(plan, library.resolve(spec.id), report, on_broken)


def _spec(library: Library, choice: str) -> ModelSpec:
    chosen = library.selected() if choice == "default" else choice
    if chosen == catalog.DEFAULT:
        embedded.ensure(library)
    spec = library.resolve(chosen)
    if spec.sha256 is None:  # a path of the settings, seen for the first time: pin it
        pinned = library.add(Path(spec.path), model_id=spec.id)
        spec = replace(spec, sha256=pinned.sha256)
    return spec


def _load_checked(
    plan: Plan,
    spec: ModelSpec,
    report: Callable[[str, float], None],
    on_broken: Callable[[], None],
) -> Loaded:
    header = read_header(Path(spec.path))
    if header.chat_template is None:
        raise NotAChatModelError(path=spec.path)
    cells = min(plan.context_tokens, header.number("context_length", plan.context_tokens))
    _check_memory(spec, header, cells, plan.folder)
    neighbours = (
        Load()
    )  # from here on, so that the first step already knows how busy the machine is
    with opened(spec, lambda done: report("verify", done)) as path:
        weights = Weights.load(path, lambda done: report("load", done))
    try:
        return _served(plan, spec, weights, cells=cells, neighbours=neighbours, on_broken=on_broken)
    except ModelError:
        weights.close()
        raise


def _served(
    plan: Plan,
    spec: ModelSpec,
    weights: Weights,
    *,
    cells: int,
    neighbours: Load,
    on_broken: Callable[[], None],
) -> Loaded:
    template = ChatTemplate(weights.chat_template, path=spec.path, bos=weights.bos, eos=weights.eos)
    cores = usable_cores()
    engine = Engine(
        weights,
        Shape(cells=cells, slots=plan.slots),
        Pace(ThreadGovernor(plan.threads or cores, cores), neighbours),
        on_broken=on_broken,
    )
    engine.start()
    return Loaded(weights, template, engine, _info(spec, engine.context_tokens))


def _check_memory(spec: ModelSpec, header: Header, cells: int, folder: Path) -> None:
    """Refuse what would have the kernel kill us: weights, cache and the engine must fit."""
    needed = spec.size_bytes // MB + header.kv_bytes_per_token() * cells // MB + ENGINE_MB
    available = this_box(folder).available_mb
    if needed > available:
        raise ModelTooLargeError(path=spec.path, needed_mb=needed, available_mb=available)


def _info(spec: ModelSpec, context_tokens: int) -> ModelInfo:
    return ModelInfo(
        id=spec.id,
        name=spec.name,
        languages=spec.languages,
        capability=spec.capability,
        context_tokens=context_tokens,
        sha256=spec.sha256 or sha256_of(Path(spec.path)),
        size_bytes=spec.size_bytes,
        license=spec.license or None,
    )
