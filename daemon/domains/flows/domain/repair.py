"""What a customer means when the answer is none: cancel, go back, correct, ask something else."""

import re
from dataclasses import dataclass
from typing import Literal

from .conditions import folded

_CANCEL = re.compile(
    r"^(?:quero |pode |por favor )*(?:cancela|cancelar|cancele|cancelado|sair|parar|pare|encerrar"
    r"|desistir|desisto|deixa pra la|deixa para la|nao quero mais|esquece|cancel|stop|quit|exit"
    r"|never ?mind|forget it)(?: isso| tudo| por favor| it| please)*[.!]*$"
)
_BACK = re.compile(
    r"^(?:quero |posso |pode |please )*(?:voltar|volta|volte|anterior|go back|back|previous)"
    r"(?: uma| um| a| para a| pra)?(?: pergunta| etapa| passo| question| step)?"
    r"(?: anterior)?(?: por favor)?[.!]*$"
)
_CORRECT = re.compile(
    r"\b(?:na verdade|alias|errei|corrig\w+|correcao|quis dizer|me enganei|digitei errado"
    r"|esta errado|ta errado|trocar|mudar|actually|i meant|correction|wrong|change my)\b"
)
_ASKING = re.compile(
    r"^(?:(?:oi|ola|mas|e|antes|hey|but|and)[, ]+)*(?:qual|quais|quanto|quanta|quantos|quantas"
    r"|quando|onde|como|quem|por que|porque|pq|o que|que horas|voces|tem como|tem algum|aceita"
    r"|aceitam|posso|pode|what|which|when|where|how|who|why|do you|can i|is there|are you)\b"
)
_MENTIONS: dict[str, str] = {
    "email": r"e-?mail|correio",
    "cpf": r"cpf|documento",
    "cnpj": r"cnpj|documento",
    "cpf_cnpj": r"cpf|cnpj|documento",
    "phone": r"telefone|celular|numero|fone|whats\w*|phone|number",
    "date": r"data|dia|date|nascimento|day",
    "number": r"numero|valor|quantidade|idade|number|amount",
    "choice": r"opcao|escolha|option|choice",
    "text": r"nome|endereco|name|address",
}
MIN_QUESTION_WORDS = 2


@dataclass(frozen=True)
class Correction:
    """The customer takes back an earlier answer; `text` is all that was said."""

    text: str


Meaning = Literal["cancel", "back"]


def meaning(text: str) -> Meaning | None:
    """Return what a whole message asks for."""
    plain = folded(text)
    if _CANCEL.fullmatch(plain):
        return "cancel"
    return "back" if _BACK.fullmatch(plain) else None


def corrects(text: str) -> bool:
    """Say whether a message takes something back."""
    return _CORRECT.search(folded(text)) is not None


def mentions(text: str, kind: str, variable: str) -> bool:
    """Say whether a message speaks of a field."""
    plain = folded(text)
    own = folded(variable.replace("_", " "))
    return re.search(rf"\b(?:{re.escape(own)}|{_MENTIONS[kind]})\b", plain) is not None


def value_in(text: str) -> str:
    """Return the part of a correction that may be the new value."""
    parts = re.split(r"(?<!\w)(?:é|eh|e:|para|pra|is|to|seria)(?!\w)|:", text, flags=re.IGNORECASE)
    return parts[-1].strip() if len(parts) > 1 else ""


def asks(text: str, *, strict: bool) -> bool:
    """Say whether a message is a question; strictly, only if it ends like one."""
    plain = folded(text)
    if plain.endswith("?"):
        return len(plain.split()) >= MIN_QUESTION_WORDS
    return not strict and _ASKING.match(plain) is not None
