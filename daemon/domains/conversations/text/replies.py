"""Our own words, in the languages we have them in; everything else is said by documents."""

from collections.abc import Mapping
from typing import Final

from .words import primary

_REPLIES: Final[Mapping[str, Mapping[str, str]]] = {
    "greeting": {
        "pt": "Olá! Sou {name}, assistente virtual. Como posso ajudar?",
        "en": "Hello! I'm {name}, a virtual assistant. How can I help?",
        "es": "¡Hola! Soy {name}, asistente virtual. ¿En qué puedo ayudar?",
    },
    "thanks": {
        "pt": "Por nada! Se precisar de mais alguma coisa, é só chamar.",
        "en": "You're welcome! If you need anything else, just write.",
        "es": "¡De nada! Si necesita algo más, escríbame.",
    },
    "farewell": {
        "pt": "Até logo! Quando precisar, é só chamar.",
        "en": "Goodbye! Write whenever you need.",
        "es": "¡Hasta luego! Cuando lo necesite, escríbame.",
    },
    "help": {
        "pt": "Claro! Sou {name}, assistente virtual. Qual é a sua dúvida?",
        "en": "Sure! I'm {name}, a virtual assistant. What would you like to know?",
        "es": "¡Claro! Soy {name}, asistente virtual. ¿Cuál es su duda?",
    },
    "ok": {"pt": "Certo!", "en": "All right!", "es": "¡De acuerdo!"},
    "yes": {
        "pt": "Certo! Como posso ajudar?",
        "en": "All right! How can I help?",
        "es": "¡De acuerdo! ¿En qué puedo ayudar?",
    },
    "no": {
        "pt": "Tudo bem! Se precisar, é só chamar.",
        "en": "No problem! Write whenever you need.",
        "es": "¡Está bien! Si necesita algo, escríbame.",
    },
    "unknown": {
        "pt": "Não encontrei isso nos documentos que tenho aqui.",
        "en": "I could not find that in the documents I have here.",
        "es": "No encontré eso en los documentos que tengo aquí.",
    },
    "unknown_part": {
        "pt": "Sobre “{question}”, não encontrei informação nos documentos.",
        "en": "About “{question}”, I found nothing in the documents.",
        "es": "Sobre “{question}”, no encontré información en los documentos.",
    },
    "unclear": {
        "pt": "Não entendi bem. Pode me dizer com mais detalhes o que você precisa?",
        "en": "I did not quite get that. Could you tell me more about what you need?",
        "es": "No entendí bien. ¿Puede darme más detalles de lo que necesita?",
    },
    "offer": {
        "pt": "Quer falar com uma pessoa da equipe?",
        "en": "Would you like to talk to a person from the team?",
        "es": "¿Quiere hablar con una persona del equipo?",
    },
    "handover": {
        "pt": "Certo, já chamei uma pessoa da equipe. Ela continua a conversa por aqui.",
        "en": "All right, I have called a person from the team, who will continue here.",
        "es": "De acuerdo, ya llamé a una persona del equipo, que continuará por aquí.",
    },
    "audio": {
        "pt": "Recebi seu áudio, mas por enquanto só consigo ler texto. Pode escrever sua "
        "pergunta?",
        "en": "I got your audio, but for now I can only read text. Could you write your question?",
        "es": "Recibí su audio, pero por ahora solo puedo leer texto. ¿Puede escribir su pregunta?",
    },
    "media": {
        "pt": "Recebi seu arquivo, mas por enquanto só consigo ler texto. Pode escrever o que "
        "precisa?",
        "en": "I got your file, but for now I can only read text. Could you write what you need?",
        "es": "Recibí su archivo, pero por ahora solo puedo leer texto. ¿Puede escribir lo que "
        "necesita?",
    },
    "source": {"pt": "Fonte: {document}", "en": "Source: {document}", "es": "Fuente: {document}"},
    "page": {"pt": "p. {page}", "en": "p. {page}", "es": "p. {page}"},
}


def reply(which: str, language: str, **facts: object) -> str:
    """Return one of our sentences in the language, Portuguese where we have none of it."""
    return _REPLIES[which][primary(language)].format_map(facts)


def source_line(document: str, page: int | None, language: str) -> str:
    """Return the short source that a customer sees, in WhatsApp's italics."""
    line = reply("source", language, document=document)
    where = f", {reply('page', language, page=page)}" if page is not None else ""
    return f"_{line}{where}_"
