"""`nextagent central ...`: the control plane, a program of its own that this one becomes."""

import os
import sys

import typer

from .speech import Speech


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the command."""

    @app.command(
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        help=say(
            "O plano de controle da frota (run, key).", "The control plane of the fleet (run, key)."
        ),
    )
    def central(context: typer.Context) -> None:
        command = [sys.executable, "-m", "sync.central", *context.args]
        os.execv(sys.executable, command)  # noqa: S606 - no shell is the point
