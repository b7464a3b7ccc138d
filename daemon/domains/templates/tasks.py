"""Jobs of templates."""

from collections.abc import Awaitable, Callable, Mapping

from daemon.kernel.jobs import Job

from .golden import RUN, GoldenQuestions


def handlers(golden: GoldenQuestions) -> Mapping[str, Callable[[Job], Awaitable[None]]]:
    """Return what the worker runs."""
    return {RUN: golden.perform}
