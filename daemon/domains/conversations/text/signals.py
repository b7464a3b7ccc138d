"""Small talk and wishes, told by their words: greetings, thanks, yes, no, "a person, please"."""

import re
from collections.abc import Sequence
from enum import StrEnum

from .words import fold, tokens


class Signal(StrEnum):
    """What a message is when it is not a question about the documents."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    YES = "yes"
    NO = "no"
    PERSON = "person"
    OK = "ok"
    HELP = "help"


_PEOPLE = (
    r"(?:atendentes?|humanos?|pessoas?|alguem|gerente|dono|dona|responsavel|operador(?:a|es)?"
    r"|vendedor(?:a|es)?|recepcao|recepcionista|secretaria|suporte|consultor(?:a|es)?"
    r"|funcionari[oa]"
    r"|gente de verdade|ser humano|equipe)"
)
_PEOPLE_EN = (
    r"(?:human|person|people|agent|someone|somebody|representative|manager|operator|attendant"
    r"|staff|owner)"
)
_HUMAN = r"(?:atendentes?|humanos?|pessoas?|alguem|gente de verdade|ser humano|suporte|gerente)"
_A = r"(?:um |uma |o |a |algum |alguma )?"
_PERSON = re.compile(
    rf"\b(?:falar|conversar|fala|falo|conversa)\b(?: \w+){{0,3}}? {_PEOPLE}\b"
    rf"|\b(?:quero|preciso|queria|gostaria)(?: \w+){{0,3}}? {_HUMAN}\b"
    rf"|\b(?:pass[ae]r?|transf\w+|cham[ae]r?|encaminh\w+|conect\w+)(?: me)? "
    rf"(?:para |pra |pro |com )?{_A}{_PEOPLE}\b"
    rf"|\b(?:tem|cade) {_A}{_PEOPLE}(?: (?:ai|aqui|disponivel|online|real|humano))*$"
    rf"|\batendimento (?:humano|pessoal|com {_A}{_PEOPLE})"
    r"|\bnao quero (?:falar com )?(?:um |o )?(?:robo|bot|maquina)\b"
    rf"|\b(?:talk|speak|chat|connect|transfer|get me|i need|i want)(?: \w+){{0,4}}? {_PEOPLE_EN}\b"
    r"|\breal (?:person|human)\b"
    r"|\b(?:hablar|quiero|necesito|pasa\w*)(?: \w+){0,3}? (?:persona|humano|agente|alguien)\b"
)
_BARE_PERSON = re.compile(rf"^(?:um |uma |a |an |por favor )*(?:{_PEOPLE}|{_PEOPLE_EN}|persona)$")

_GREETING = re.compile(
    r"^(?:o+i+e*|ola+|opa|e ai|eai|hey+|hi+|hello+|hola|al[oô]|bom dia|boa tarde|boa noite|bo[am]"
    r"|good (?:morning|afternoon|evening)|buen[oa]s(?: dias| tardes| noches)?|tudo (?:bem|bom"
    r"|certo)"
    r"|td bem|como vai|como esta|how are you|beleza|blz|salve|oizinho|pessoal|gente|amig[oa]|voces?"
    r"|com voce|por ai|ai|e|moc[oa]|meu bem)$"
)
_THANKS = re.compile(
    r"\b(?:obrigad\w*|obg|brigad\w*|valeu|vlw|agradec\w*|grat[oa]|thanks?|thank you|thx|gracias)\b"
)
_FAREWELL = re.compile(
    r"^(?:tchau|ate (?:mais|logo|amanha|breve)|ate|falou|flw|bye|goodbye|see you|adios|hasta luego"
    r"|bom (?:fim de semana|final de semana|feriado)|boa semana|abracos?|bjs?|beijos?)$"
)
_YES = re.compile(
    r"^(?:sim|s|ss|isso|quero|quero sim|claro|pode|pode ser|por favor|sim por favor|aceito"
    r"|com certeza|sim quero|pode sim|yes|yes please|yeah|yep|sure|please|si|si por favor|bora"
    r"|gostaria|gostaria sim|positivo|isso mesmo|uhum|aham|👍|s por favor|sim pode)$"
)
# "ok" agrees to an offer; out of nowhere it only ends a talk.
_AGREES = re.compile(r"^(?:ok|okay|blz|beleza|ta bom|pode deixar|combinado|otimo|perfeito)$")
_NO = re.compile(
    r"^(?:nao|n|nn|nao obrigad[oa]|nao precisa|nao quero|agora nao|deixa|deixa pra la|no|nope|nah"
    r"|no thanks?|no thank you|no gracias|negativo|nao nao)$"
)
_OK = re.compile(
    r"^(?:ok+|okay|certo|entendi|perfeito|otimo|legal|show|beleza|blz|ta|ta bom|ta certo|tudo certo"
    r"|combinado|joia|maravilha|bom|great|perfect|got it|alright|nice|cool|k+|(?:rs)+|(?:ha)+|massa"
    r"|entendido|excelente|top|vale|bueno|de acuerdo)$"
)
_HELP = re.compile(
    r"^(?:(?:voce|vc|vcs|voces)? ?(?:pode|podem|poderia|consegue) (?:me )?(?:ajudar|tirar uma "
    r"duvida|"
    r"informar)|(?:me )?ajuda|ajuda|help|can you help(?: me)?|preciso de (?:ajuda|uma informacao|"
    r"informacoes)|(?:tenho|estou com|queria tirar) uma (?:duvida|pergunta)|duvida|informacoes|"
    r"quero (?:uma )?informac(?:ao|oes)|queria (?:uma )?informac(?:ao|oes)|"
    r"gostaria de (?:uma )?informac(?:ao|oes)|quem e voce|voce e um robo|i have a question)$"
)
_OPENING = re.compile(
    r"^\s*(?:(?:o+i+e*|ol[áa]+|opa|bom dia|boa tarde|boa noite|hey|hi|hello|hola|good morning|"
    r"good afternoon|good evening|buenos d[ií]as|buenas tardes|tudo bem|td bem|tudo "
    r"bom)[\s,.!?;:)]+)+",
    re.IGNORECASE,
)


_SMALL_TALK = 80  # characters: whoever writes more has something to say


def signal_of(text: str, keywords: Sequence[str] = ()) -> Signal | None:
    """Return what the message is, or None when it may be a question."""
    if asks_for_person(text, keywords):
        return Signal.PERSON
    plain = _plain(text)
    if len(plain) > _SMALL_TALK:
        return None
    if (whole := _whole(plain)) is not None:
        return whole
    if _THANKS.search(plain) and "?" not in text and len(plain.split()) <= 8:  # noqa: PLR2004 - a short line
        return Signal.THANKS
    helping = _HELP.fullmatch(_plain(without_greeting(text)))
    return Signal.HELP if helping else None


def _whole(plain: str) -> Signal | None:
    """Return what a message is that says nothing else."""
    for signal, pattern in (
        (Signal.YES, _YES),
        (Signal.NO, _NO),
        (Signal.FAREWELL, _FAREWELL),
        (Signal.HELP, _HELP),
    ):
        if pattern.fullmatch(plain):
            return signal
    for signal, pattern in ((Signal.GREETING, _GREETING), (Signal.OK, _OK)):
        if _made_of(pattern, plain):
            return signal
    return None


def asks_for_person(text: str, keywords: Sequence[str] = ()) -> bool:
    """Return whether the customer wants a human being."""
    plain = _plain(text)
    if any(_contains(plain, _plain(keyword)) for keyword in keywords if keyword.strip()):
        return True
    if _BARE_PERSON.fullmatch(plain):
        return True
    found = _PERSON.search(plain)
    if found is None:
        return False
    # "Quantas pessoas cabem?" or "preciso levar alguém?" ask about people, not for one.
    words = found.group()
    about = re.search(r"\b(?:levar|trazer|quantas|mais de|por|outra|duas|\d+)\b", words)
    passing = re.search(r"\b(?:pass|transf|mand|encaminh)", words)
    if passing is None and re.search(r"\b(?:para|pra)\b", words):
        return False  # "quero um pacote para uma pessoa"
    return about is None


def agrees(text: str) -> bool:
    """Return whether the message accepts what was offered."""
    plain = _plain(text)
    return _YES.fullmatch(plain) is not None or _AGREES.fullmatch(plain) is not None


def without_greeting(text: str) -> str:
    """Return the text after its "Olá, boa tarde!"."""
    return _OPENING.sub("", f"{text} ").strip() or text.strip()


def _plain(text: str) -> str:
    return " ".join(tokens(text)) or fold(text).strip()


def _contains(plain: str, keyword: str) -> bool:
    return bool(keyword) and re.search(rf"\b{re.escape(keyword)}\b", plain) is not None


def _made_of(pattern: re.Pattern[str], plain: str) -> bool:
    return bool(plain) and all(pattern.fullmatch(part) for part in _chunks(plain))


def _chunks(plain: str) -> list[str]:
    """Cut into runs of one to three words that greetings are made of."""
    words, found = plain.split(), []
    while words:
        for size in (3, 2, 1):
            part = " ".join(words[:size])
            if len(words) >= size and (
                _GREETING.fullmatch(part) or _OK.fullmatch(part) or size == 1
            ):
                found.append(part)
                words = words[size:]
                break
    return found
