from datetime import UTC, datetime, timedelta

from daemon.domains.metrics.domain import Refusal
from daemon.domains.metrics.topics import topics
from daemon.wiring.figures import topic_stems

MORNING = datetime(2026, 1, 5, 9, tzinfo=UTC)


def refused(*questions: str) -> list[Refusal]:
    return [
        Refusal(f"t{number}", f"c{number}", "a1", text, MORNING + timedelta(minutes=number))
        for number, text in enumerate(questions)
    ]


def test_wordings_of_one_question_are_one_topic_and_others_stay_apart() -> None:
    found = topics(
        refused(
            "Vocês têm estacionamento?",
            "qual o valor do clareamento dental?",
            "tem estacionamento no local?",
            "vocês fazem clareamento dental",
            "O estacionamento é pago?",
            "aceitam cachorro?",
        ),
        topic_stems,
    )
    assert [len(topic.questions) for topic in found] == [3, 2, 1]
    assert "estacion" in found[0].label()[0]


def test_one_common_word_does_not_join_two_subjects() -> None:
    found = topics(
        refused("preço da limpeza de pele", "preço do aluguel do salão de festas"), topic_stems
    )
    assert len(found) == 2


def test_examples_are_different_wordings_the_newest_first() -> None:
    (found,) = topics(
        refused("tem wifi?", "Tem  WIFI?", "wifi", "senha do wifi?", "o wifi é livre?"),
        topic_stems,
    )
    assert [question.question for question in found.examples()] == [
        "o wifi é livre?",
        "senha do wifi?",
        "wifi",
    ]


def test_questions_without_a_telling_word_are_grouped_only_when_they_are_the_same() -> None:
    found = topics(refused("???", "e aí", "???"), topic_stems)
    assert sum(len(topic.questions) for topic in found) == 3
    assert len(found[0].questions) == 2
