"""What the command line says: Portuguese first, English when it is asked for."""

from collections.abc import Mapping, Sequence

PT, EN = "pt-BR", "en"


class Speech:
    """Chooses between the two languages of a sentence."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, portuguese: str, english: str) -> str:
        """Return the sentence in the reader's language."""
        return english if self.language == EN else portuguese


def split_language(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[str, list[str]]:
    """Take `--lang` out of the arguments, wherever it stands; else the locale decides."""
    rest: list[str] = []
    chosen: str | None = None
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--lang":
            chosen = next(waiting, "")
        elif argument.startswith("--lang="):
            chosen = argument.partition("=")[2]
        else:
            rest.append(argument)
    if chosen is None:
        chosen = next(
            (environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), PT
        )
    return (EN if chosen.lower().startswith("en") else PT), rest
