"""Commands for language models: which there are, get one, use one."""

import asyncio
import sys
from typing import Annotated

import typer

from models import catalog
from models.catalog import CATALOG, Fit
from models.download import Progress
from models.library import Library
from models.pull import pull as pull_model

from .site import Site
from .speech import Speech
from .witness import announced

MEBIBYTE = 1024 * 1024


def add_to(app: typer.Typer, say: Speech) -> None:
    """Add the commands."""
    models = typer.Typer(help=say("Modelos de linguagem.", "Language models."))
    app.add_typer(models, name="models", no_args_is_help=True)

    @models.command("list", help=say("Mostra os modelos e quais cabem.", "Show what fits."))
    def list_models() -> None:
        site = Site.load()
        library, box = Library(site.paths.models), catalog.this_box(site.paths.models)
        installed, selected = library.installed(), library.selected()
        tokens = site.settings.models.language.context_tokens
        for entry in CATALOG:
            here = entry.id in installed or entry.id == catalog.DEFAULT
            judged = catalog.fit(entry, box, context_tokens=tokens, on_disk=here)
            typer.echo(
                f"{'*' if entry.id == selected else ' '} {entry.id:28} "
                f"{entry.size_mb:6} MB  {_words(say, judged):34} "
                f"{say('instalado', 'installed') if here else ''}".rstrip()
            )
        for one in installed:
            if catalog.find(one) is None:
                typer.echo(f"{'*' if one == selected else ' '} {one:28} {installed[one].file}")

    @models.command(help=say("Baixa ou copia um modelo.", "Download or copy a model."))
    def pull(
        model: Annotated[
            str,
            typer.Argument(
                metavar="MODEL",
                help=say("Id, endereço https ou arquivo GGUF.", "Id, https address or GGUF file."),
            ),
        ],
        sha256: Annotated[
            str | None, typer.Option(help=say("Hash esperado.", "Expected hash."))
        ] = None,
    ) -> None:
        site = Site.load()
        site.paths.create()
        library = Library(site.paths.models)
        spec = asyncio.run(pull_model(library, model, sha256=sha256, report=_Bar()))
        typer.echo(say(f"Pronto: {spec.id}", f"Ready: {spec.id}"))

    @models.command(help=say("Escolhe o modelo em uso.", "Choose the model in use."))
    def use(
        model: Annotated[
            str,
            typer.Argument(metavar="MODEL", help=say("Id ou arquivo GGUF.", "Id or GGUF file.")),
        ],
    ) -> None:
        site = Site.load()
        site.paths.create()
        with announced(site, "cli.models_use", about=model):
            spec = Library(site.paths.models).use(model)
        typer.echo(
            say(
                f"{spec.id} será usado a partir do próximo início.",
                f"{spec.id} is in use from the next start on.",
            )
        )


class _Bar:
    """Shows progress on a terminal, a line a step elsewhere."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, progress: Progress) -> None:
        done = progress.done_bytes // MEBIBYTE
        total = progress.total_bytes
        share = f"{100 * progress.done_bytes // total}%" if total else ""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{progress.stage}: {done} MiB {share}   ")
            sys.stderr.flush()
        elif (step := f"{progress.stage} {share[:-2]}") != self._last:
            self._last = step
            sys.stderr.write(f"{progress.stage}: {done} MiB {share}\n")


def _words(say: Speech, judged: Fit) -> str:
    reasons = {
        "ram": say("falta memória", "too little memory"),
        "disk": say("falta disco", "too little disk"),
        "slow": say("lento aqui", "slow here"),
    }
    if judged.reasons:
        return ", ".join(reasons[reason] for reason in judged.reasons)
    return say(
        f"cabe, ~{judged.tokens_per_s:g} tokens/s", f"fits, ~{judged.tokens_per_s:g} tokens/s"
    )
