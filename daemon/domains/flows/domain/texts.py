"""Words: {{variables}} in texts, and our own sentences in Portuguese and English."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

VARIABLE = re.compile(r"\{\{\s*([^{}]{1,80}?)\s*\}\}")
BUILT_IN = frozenset(
    {
        "contact_name", "contact_phone", "agent_name", "channel", "today", "now", "last_message",
        "http_status",
    }
)  # fmt: skip
MAX_FILLED = 4096

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "retry_text": ("Não entendi. ", "I did not get that. "),
    "email": (
        "Esse e-mail não parece válido. Exemplo: ana@exemplo.com.br",
        "That e-mail does not look valid. Example: ana@example.com",
    ),
    "cpf": ("Esse CPF não confere. Envie os 11 números.", "That CPF is not valid: 11 digits."),
    "cnpj": (
        "Esse CNPJ não confere. Envie os 14 caracteres.",
        "That CNPJ is not valid: 14 characters.",
    ),
    "cpf_cnpj": (
        "Esse documento não confere. Envie um CPF ou CNPJ.",
        "That document is not valid. Send a CPF or a CNPJ.",
    ),
    "phone": (
        "Esse telefone não parece válido. Envie com DDD, como (11) 98765-4321.",
        "That phone does not look valid. Send it with its area code.",
    ),
    "date": (
        "Não entendi a data. Envie como 31/12/2026.",
        "I did not get the date. Send it as 2026-12-31.",
    ),
    "number": ("Envie só um número.", "Please send just a number."),
    "range": ("Envie um valor entre {low} e {high}.", "Send a value between {low} and {high}."),
    "at_least": ("Envie um valor a partir de {low}.", "Send a value of at least {low}."),
    "at_most": ("Envie um valor até {high}.", "Send a value of at most {high}."),
    "too_short": ("Sua resposta ficou curta demais.", "Your answer is too short."),
    "too_long": ("Sua resposta ficou longa demais.", "Your answer is too long."),
    "pattern": ("Esse formato não serve.", "That format does not fit."),
    "empty": (
        "Por enquanto só consigo ler texto. Pode escrever?",
        "For now I can only read text. Could you write it?",
    ),
    "choice": ("Não entendi a opção.", "I did not get which option."),
    "confused": (
        "Não consegui entender. Vou chamar uma pessoa da equipe.",
        "I could not understand. I will call a person from the team.",
    ),
    "confused_end": (
        "Não consegui entender. Quando quiser, é só chamar.",
        "I could not understand. Write whenever you want.",
    ),
    "cancelled": ("Tudo bem, cancelei.", "All right, cancelled."),
    "handover": (
        "Certo, já chamei uma pessoa da equipe. Ela continua a conversa por aqui.",
        "All right, I have called a person from the team, who will continue here.",
    ),
    "corrected": ("Pronto, corrigi {what}.", "Done, I corrected {what}."),
    "back": ("Vamos voltar.", "Let us go back."),
    "resumed": ("Vamos continuar de onde paramos.", "Let us go on from where we were."),
    "charge": (
        "Pix de {amount}{what}. Copie o código abaixo:",
        "Pix of {amount}{what}. Copy this code:",
    ),
    "no_charge": (
        "Não consegui gerar a cobrança agora. Vou chamar uma pessoa.",
        "I could not make the charge. I will call a person.",
    ),
    "failed": (
        "Tive um problema e vou chamar uma pessoa da equipe.",
        "Something went wrong. I will call a person from the team.",
    ),
}

_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "email": ("o e-mail", "the e-mail"),
    "cpf": ("o CPF", "the CPF"),
    "cnpj": ("o CNPJ", "the CNPJ"),
    "cpf_cnpj": ("o documento", "the document"),
    "phone": ("o telefone", "the phone"),
    "date": ("a data", "the date"),
}


def say(which: str, language: str, **facts: object) -> str:
    """Return one of our sentences."""
    return _WORDS[which][language == "en"].format_map(facts)


def name_of(kind: str, variable: str, language: str) -> str:
    """Return how a question's field is called."""
    if kind in _NAMES:
        return _NAMES[kind][language == "en"]
    return variable.replace("_", " ")


def used(text: str) -> list[str]:
    """Return the names between double braces, in order."""
    return VARIABLE.findall(text)


def fill(text: str, values: Callable[[str], Any], as_text: Callable[[Any], str]) -> str:
    """Put values in the place of their names; one that has none leaves nothing."""

    def put(found: re.Match[str]) -> str:
        value = values(found[1])
        return "" if value is None else as_text(value)

    return VARIABLE.sub(put, text)


def plain(value: Any) -> str:
    """Return a value as a person reads it."""
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(plain(item) for item in value)
    return json.dumps(value, ensure_ascii=False)


def shown(kind: str | None, value: Any, language: str) -> str:
    """Return a value as it stands in a message: dates and numbers in the reader's form."""
    text = plain(value)
    if language == "pt" and kind == "date" and (parts := text.split("-")) and len(parts) == 3:  # noqa: PLR2004 - year, month, day
        return "/".join(reversed(parts))
    if language == "pt" and kind == "number":
        return text.replace(".", ",")
    return text


def in_json(value: Any) -> str:
    """Return a value as it stands inside a JSON body: escaped, without quotes of its own."""
    return json.dumps(plain(value), ensure_ascii=False)[1:-1]


def in_url(value: Any) -> str:
    """Return a value as it stands inside an address."""
    return quote(plain(value), safe="")


def reais(centavos: int) -> str:
    """Return an amount as Brazilians write it."""
    whole = f"{centavos // 100:,}".replace(",", ".")
    return f"R$ {whole},{centavos % 100:02d}"
