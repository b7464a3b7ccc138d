"""What each figure means, in the words that go out with it."""

from collections.abc import Iterable

_TEXTS: dict[str, tuple[str, str]] = {
    "messages": (
        (
            "Mensagens pelo horário em que foram escritas, sem reações, edições, apagadas e "
            "respostas canceladas antes do envio; as que falharam contam à parte."
        ),
        (
            "Messages by the time they were written, without reactions, edits, revocations and "
            "replies dropped before they were sent; failed ones count apart."
        ),
    ),
    "cases": (
        (
            "Atendimento: começa quando o cliente escreve após 12 horas de silêncio na conversa e "
            "conta no período em que começou; grupos e disparos sem resposta do cliente não contam."
        ),
        (
            "Case: begins when the customer writes after 12 hours of silence in the chat, and "
            "counts in the period in which it began; groups and broadcasts without an "
            "answer do not count."
        ),
    ),
    "replied": (
        "Atendimentos com ao menos uma resposta enviada, do agente ou de uma pessoa.",
        "Cases with at least one reply sent, by the agent or by a person.",
    ),
    "containment": (
        (
            "Atendimentos em que o agente respondeu e nenhuma pessoa participou nem foi pedida, "
            "sobre todos os atendimentos."
        ),
        (
            "Cases in which the agent replied and no person took part or was asked for, over all "
            "cases."
        ),
    ),
    "deflection": (
        (
            "Atendimentos contidos com ao menos uma resposta vinda do conhecimento e nenhuma "
            "recusa, sobre todos os atendimentos."
        ),
        (
            "Contained cases with at least one answer from the knowledge and no refusal, over all "
            "cases."
        ),
    ),
    "handover": (
        "Atendimentos em que uma pessoa escreveu ou o agente passou para uma, sobre todos.",
        "Cases in which a person wrote or the agent handed over to one, over all cases.",
    ),
    "conversion": (
        "Atendimentos resolvidos só pelo agente (deflexão) sobre os iniciados, por agente.",
        "Cases that the agent resolved alone (deflection) over those begun, by agent.",
    ),
    "first_response": (
        "Segundos da primeira mensagem do atendimento à primeira resposta enviada, de quem for.",
        "Seconds from the first message of a case to the first reply sent, by anyone.",
    ),
    "resolution": (
        "Segundos da primeira mensagem do atendimento à última resposta enviada.",
        "Seconds from the first message of a case to the last reply sent.",
    ),
    "tokens": (
        (
            "Tokens de entrada e saída dos modelos, pela hora da resposta; os da API contam aqui, "
            "mas não em tokens por atendimento."
        ),
        (
            "Model tokens in and out by the time of the answer; those of the API count here, but "
            "not in tokens per case."
        ),
    ),
    "topics": (
        (
            "Perguntas recusadas cujo rastro ainda existe, agrupadas pelos radicais em comum e "
            "depois pelo sentido (à noite e a cada consulta, para a seguinte); no "
            "máximo as 500 mais recentes do período."
        ),
        (
            "Refused questions whose trace is still kept, grouped by the stems they share and then "
            "by meaning (at night, and after each look for the next one); at most "
            "the newest 500 of the period."
        ),
    ),
    "cost": (
        (
            "Energia (watts da caixa x tempo das respostas x preço do kWh) mais tokens de um "
            "motor remoto, só das conversas; em milionésimos da moeda. Preços em `costs`."
        ),
        (
            "Energy (the box's watts x time of answers x price of a kWh) plus tokens of a remote "
            "engine, of chats only; in millionths of the currency. Prices are set in `costs`."
        ),
    ),
    "csat": (
        (
            "Notas de 1 a 5 de quem foi perguntado no período, ao fechar ou devolver a conversa; "
            "satisfeito é 4 ou 5, sobre quem respondeu."
        ),
        (
            "Scores from 1 to 5 of those asked in the period, when a chat was closed or given "
            "back; satisfied is 4 or 5, over those who answered."
        ),
    ),
    "percentiles": (
        (
            "p50 e p95 pelo posto mais próximo: de todos os atendimentos até 6.000; acima disso, "
            "de uma amostra uniforme e fixa."
        ),
        (
            "p50 and p95 by nearest rank: of all cases up to 6,000; beyond that, of an even, "
            "fixed sample."
        ),
    ),
    "period": (
        (
            "As somas são por hora: o início recua e o fim avança até a hora cheia (UTC). Dias, "
            "semanas (de segunda) e meses são os do fuso informado."
        ),
        (
            "Sums are by the hour: a start moves back and an end forward to the full hour (UTC). "
            "Days, weeks (from Monday) and months are those of the given time zone."
        ),
    ),
}


def definitions(language: str, names: Iterable[str]) -> dict[str, str]:
    """Return the definitions of these figures in the reader's language."""
    place = 1 if language.startswith("en") else 0
    return {name: _TEXTS[name][place] for name in (*names, "period")}
