"""Puts the commands together and says errors in words."""

import os
import sqlite3
import sys
from collections.abc import Sequence
from importlib.metadata import version as version_of

import typer

from config.settings import SettingsError
from daemon.infra.backup import DatabaseBrokenError
from daemon.infra.upgrade import DatabaseNewerError, NoRoomToUpgradeError
from daemon.kernel.errors import NextAgentError
from models.errors import ModelError

from . import (
    access,
    audit,
    central,
    diagnostics,
    doctor,
    fleet,
    ledger,
    models,
    privacy,
    run,
    safety,
    schema,
)
from .speech import Speech, split_language

DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
EXIT_CONFIG = 78  # systemd does not restart a service that ends so: see nextagent.service


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; never returns."""
    given = sys.argv[1:] if arguments is None else arguments
    language, rest = split_language(given, os.environ)
    say = Speech(language)
    sys.exit(_run(say, rest))


def build(say: Speech) -> typer.Typer:
    """Make the command line in one language."""
    app = typer.Typer(
        name="nextagent",
        help=say(
            "NextAgent Edge: agentes de WhatsApp na sua caixa.",
            "NextAgent Edge: WhatsApp agents on your own box.",
        ),
        epilog=say("--lang en: em inglês.", "--lang pt: in Portuguese."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    run.add_to(app, say)
    access.add_to(app, say)
    doctor.add_to(app, say)
    safety.add_to(app, say)
    fleet.add_to(app, say)
    schema.add_to(app, say)
    models.add_to(app, say)
    central.add_to(app, say)
    ledger.add_to(app, say)
    audit.add_to(app, say)
    privacy.add_to(app, say)
    diagnostics.add_to(app, say)

    @app.command(help=say("Mostra a versão.", "Show the version."))
    def version() -> None:
        typer.echo(version_of("nextagent-edge"))

    return app


def _run(say: Speech, arguments: Sequence[str]) -> int:
    try:
        build(say)(args=list(arguments), prog_name="nextagent", standalone_mode=True)
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    except SettingsError as error:
        for name, problem in error.problems:
            _complain(say(f"Configuração {name}: {problem}", f"Setting {name}: {problem}"))
        return EXIT_CONFIG
    except (DatabaseBrokenError, DatabaseNewerError, NoRoomToUpgradeError) as error:
        _complain(error.text(say.language))
        return EXIT_CONFIG  # starting again would not mend it
    except NextAgentError as error:
        _complain(error.text(say.language))
    except ModelError as error:
        _complain(error.words(say.language))
    except sqlite3.DatabaseError as error:
        _complain(_of_database(say, error))
        if str(getattr(error, "sqlite_errorname", "")).startswith(DAMAGED):
            return EXIT_CONFIG
    except OSError as error:
        _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return 1


def _of_database(say: Speech, error: sqlite3.DatabaseError) -> str:
    return say(
        f"O banco de dados não respondeu ({error}). Veja: nextagent doctor",
        f"The database did not answer ({error}). See: nextagent doctor",
    )


def _complain(text: str) -> None:
    typer.echo(text, err=True)
