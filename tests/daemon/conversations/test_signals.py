import time

import pytest

from daemon.domains.conversations.text.signals import (
    Signal,
    asks_for_person,
    signal_of,
    without_greeting,
)
from daemon.domains.conversations.text.words import language_of


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Oi", Signal.GREETING),
        ("oiiii", Signal.GREETING),
        ("Olá, tudo bem?", Signal.GREETING),
        ("Bom dia!", Signal.GREETING),
        ("oi boa tarde tudo bem com você?", Signal.GREETING),
        ("Hello, good morning", Signal.GREETING),
        ("Hola, buenas tardes", Signal.GREETING),
        ("obrigada!", Signal.THANKS),
        ("muito obrigado pela ajuda", Signal.THANKS),
        ("vlw", Signal.THANKS),
        ("Thank you so much", Signal.THANKS),
        ("tchau", Signal.FAREWELL),
        ("sim", Signal.YES),
        ("Sim, por favor!", Signal.YES),
        ("não, obrigado", Signal.NO),
        ("ok", Signal.OK),
        ("entendi, perfeito", Signal.OK),
        ("pode me ajudar?", Signal.HELP),
        ("Oi, tenho uma dúvida", Signal.HELP),
        ("quero falar com um atendente", Signal.PERSON),
        ("Falar com atendente", Signal.PERSON),
        ("atendente", Signal.PERSON),
        ("me passa pra uma pessoa por favor", Signal.PERSON),
        ("gostaria de conversar com um humano", Signal.PERSON),
        ("tem alguém aí?", Signal.PERSON),
        ("não quero falar com robô", Signal.PERSON),
        ("como faço para falar com alguém da equipe?", Signal.PERSON),
        ("preciso falar com o gerente", Signal.PERSON),
        ("pode me transferir para um atendente?", Signal.PERSON),
        ("quero atendimento humano", Signal.PERSON),
        ("chama a gerente", Signal.PERSON),
        ("queria falar com a secretaria", Signal.PERSON),
        ("I want to talk to a human", Signal.PERSON),
        ("quiero hablar con una persona", Signal.PERSON),
    ],
)
def test_small_talk_and_wishes_are_told_by_their_words(text: str, signal: Signal) -> None:
    assert signal_of(text) is signal


@pytest.mark.parametrize(
    "text",
    [
        "Quanto custa a limpeza de pele?",
        "Oi, quanto custa a limpeza de pele?",
        "Bom dia, vocês abrem hoje?",
        "quantas pessoas cabem no salão?",
        "preciso levar alguém comigo?",
        "qual o horário de atendimento da secretaria?",
        "posso passar na recepção amanhã?",
        "tem alguém que faça limpeza de pele?",
        "menor precisa de um responsável?",
        "vocês têm equipe especializada?",
        "o atendimento é com hora marcada?",
        "quantas pessoas podem ir?",
        "do you need a person to sign?",
        "o pacote é para quantas pessoas?",
        "quero um pacote para 2 pessoas",
        "vocês têm vaga para estacionar?",
        "obrigado, e qual o endereço?",
        "sim, mas quanto custa?",
        "",
        "???",
    ],
)
def test_a_question_is_no_small_talk(text: str) -> None:
    assert signal_of(text) is None


def test_an_agents_own_keywords_call_a_person() -> None:
    assert asks_for_person("quero o SAC agora", ["sac"])
    assert not asks_for_person("saco de lixo", ["sac"])


@pytest.mark.parametrize("text", ["o" * 100_000, "oi " * 30_000, "a?" * 50_000, "kkk" * 20_000])
def test_no_text_takes_long_to_read(text: str) -> None:
    began = time.thread_time()
    signal_of(text)
    without_greeting(text)

    assert time.thread_time() - began < 2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Quanto custa?", "pt"),
        ("How much is it?", "en"),
        ("¿Cuánto cuesta?", "es"),
        ("Do you open on Sundays?", "en"),
        ("vcs abrem domingo", "pt"),
        ("Pix?", "pt"),
        ("123", "pt"),
    ],
)
def test_the_language_is_told_by_the_little_words(text: str, language: str) -> None:
    assert language_of(text) == language
