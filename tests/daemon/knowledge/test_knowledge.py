import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from daemon.domains.knowledge import store
from daemon.domains.knowledge.domain import (
    Document,
    DocumentLimitError,
    DocumentNotFoundError,
    FaqLimitError,
    FaqNotFoundError,
    Passage,
    UnreadableFileError,
    clean_name,
    confidence,
    title_of,
)
from daemon.domains.knowledge.service import Knowledge
from daemon.domains.knowledge.tasks import KnowledgeTasks
from daemon.infra.database import Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.errors import NotFoundError
from daemon.kernel.jobs import RetryLaterError
from models.retrieval.doubles import MemoryRetriever
from models.retrieval.spec import EmbedderSpec

Add = Callable[..., Awaitable[list[Document]]]
Work = Callable[[], Awaitable[None]]

DELIVERY = "# Entregas\n\nEntregamos de terça a domingo, em até 5 km. A taxa é R$ 6,00.\n"
CAKES = "# Bolos\n\nO bolo de cenoura com chocolate custa R$ 42,00.\n"
ENGLISH = "# Returns\n\nYou can return any item within thirty days of the purchase.\n"


async def test_what_was_uploaded_is_found_by_keyword_before_any_vector_exists(
    knowledge: Knowledge, add: Add
) -> None:
    [document] = await add(("entrega.md", DELIVERY))

    [found] = await knowledge.search("a", "Qual a taxa de entrega?", 5)

    assert (found.document, found.document_id) == ("entrega.md", document.id)
    assert "R$ 6,00" in found.text
    assert found.margin is None
    assert (document.status, document.embedded, document.progress) == ("indexing", 0, 0.0)


async def test_vectors_follow_with_progress_and_the_document_becomes_ready(
    knowledge: Knowledge, add: Add, work: Work, log_of_events: Outbox
) -> None:
    [document] = await add(("entrega.md", DELIVERY))

    await work()

    after = await knowledge.document("a", document.id)
    [found] = await knowledge.search("a", "entregamos domingo", 5)
    names = [event.name for event in await log_of_events.since(0)]
    assert (after.status, after.progress) == ("ready", 1.0)
    assert found.margin is not None
    assert names == ["document.progress", "document.ready"]


async def test_the_best_passage_of_several_documents_comes_first(
    knowledge: Knowledge, add: Add, work: Work
) -> None:
    await add(("entrega.md", DELIVERY), ("bolos.md", CAKES), ("returns.md", ENGLISH))
    await work()

    best = (await knowledge.search("a", "quanto custa o bolo de cenoura", 5))[0]

    assert best.document == "bolos.md"
    assert best.coverage > 0.9


async def test_a_document_whose_title_is_the_question_is_found(
    knowledge: Knowledge, add: Add
) -> None:
    await add(
        ("Como faço para trocar a senha.txt", "Abra o menu e siga os passos da tela."),
        ("outro.txt", "A senha do wifi fica no balcão."),
    )

    best = (await knowledge.search("a", "Como faço para trocar a senha?", 5))[0]

    assert best.title == "Como faço para trocar a senha"


async def test_the_same_file_again_is_the_same_document(knowledge: Knowledge, add: Add) -> None:
    [first] = await add(("entrega.md", DELIVERY))

    [again] = await add(("copia.md", DELIVERY))

    assert again.id == first.id
    assert len((await knowledge.documents("a", None, 10)).items) == 1
    assert len(list(knowledge._folder.iterdir())) == 1  # noqa: SLF001 - no stray copy is left


async def test_one_bad_file_keeps_the_whole_upload_out(
    knowledge: Knowledge, add: Add, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFileError, match=r"vazio\.txt: there is no text") as caught:
        await add(("entrega.md", DELIVERY), ("vazio.txt", "  \n"))

    assert caught.value.field == "files"
    assert "OCR" in caught.value.text("pt")
    assert (await knowledge.documents("a", None, 10)).items == []
    assert list((tmp_path / "documents").iterdir()) == []


async def test_a_deleted_document_is_gone_everywhere(
    knowledge: Knowledge, add: Add, work: Work, db: Database, retriever: MemoryRetriever
) -> None:
    [document] = await add(("entrega.md", DELIVERY))
    await work()

    await knowledge.delete("a", document.id)
    await work()

    assert await knowledge.search("a", "taxa de entrega", 5) == []
    assert retriever.held(knowledge.spec.name, "a") == {}
    assert await db.read(lambda tx: store.vector_counts(tx, "a")) == {}
    assert list(knowledge._folder.iterdir()) == []  # noqa: SLF001 - the file is gone, too
    with pytest.raises(DocumentNotFoundError):
        await knowledge.document("a", document.id)


async def test_reindexing_reads_the_file_again_and_replaces_its_vectors(
    knowledge: Knowledge, add: Add, work: Work, retriever: MemoryRetriever
) -> None:
    [document] = await add(("entrega.md", DELIVERY))
    await work()
    before = set(retriever.held(knowledge.spec.name, "a"))

    again = await knowledge.reindex("a", document.id)
    await work()

    after = set(retriever.held(knowledge.spec.name, "a"))
    assert again.status == "indexing"
    assert len(after) == len(before)
    assert not after & before


async def test_a_deleted_agent_forgets_everything(
    knowledge: Knowledge, add: Add, work: Work, db: Database, retriever: MemoryRetriever
) -> None:
    await add(("entrega.md", DELIVERY))
    await knowledge.add_faq("a", "Aceitam Pix?", "Sim.")
    await work()

    await db.write(lambda tx: knowledge.forget_agent(tx, "a"))
    await work()

    assert await knowledge.search("a", "taxa de entrega Pix", 5) == []
    assert retriever.held(knowledge.spec.name, "a") == {}
    left = await db.read(
        lambda tx: tx.conn.execute(
            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'words_%'"
        ).fetchone()[0]
    )
    assert left == 0


async def test_agents_do_not_know_what_others_know(knowledge: Knowledge, add: Add) -> None:
    await add(("entrega.md", DELIVERY), agent="a")

    assert await knowledge.search("b", "taxa de entrega", 5) == []


async def test_a_faq_answers_word_for_word_and_only_once(
    knowledge: Knowledge, add: Add, work: Work
) -> None:
    await add(("entrega.md", DELIVERY))
    pair = await knowledge.add_faq("a", "Vocês aceitam cartão?", "Sim, em até 3 vezes.")
    await work()

    found = await knowledge.search("a", "aceitam cartão de crédito?", 5)

    assert found[0].is_faq
    assert found[0].answer == "Sim, em até 3 vezes."
    assert [passage.document_id for passage in found].count(pair.id) == 1


async def test_a_changed_faq_is_found_by_its_new_words_only(knowledge: Knowledge) -> None:
    pair = await knowledge.add_faq("a", "Aceitam cheque?", "Não.")

    await knowledge.change_faq("a", pair.id, "Aceitam Pix?", None)

    assert [found.answer for found in await knowledge.search("a", "Pix", 5)] == ["Não."]
    assert await knowledge.search("a", "cheque", 5) == []


async def test_a_deleted_faq_is_gone(knowledge: Knowledge) -> None:
    pair = await knowledge.add_faq("a", "Aceitam Pix?", "Sim.")

    await knowledge.delete_faq("a", pair.id)

    assert await knowledge.search("a", "Pix", 5) == []
    with pytest.raises(FaqNotFoundError):
        await knowledge.delete_faq("a", pair.id)


async def test_limits_are_told_by_name(knowledge: Knowledge, add: Add) -> None:
    await add(*((f"{n}.txt", f"Documento número {n}.") for n in range(6)))
    with pytest.raises(DocumentLimitError, match=r"limits\.documents"):
        await add(("7.txt", "Mais um."))
    with pytest.raises(DocumentLimitError):
        await knowledge.check_room("a")
    for n in range(2):
        await knowledge.add_faq("a", f"Pergunta {n}?", "Sim.")
    with pytest.raises(FaqLimitError, match=r"limits\.faqs"):
        await knowledge.add_faq("a", "Outra?", "Sim.")


async def test_an_unknown_agent_is_an_error_for_the_api(knowledge: Knowledge) -> None:
    with pytest.raises(NotFoundError):
        await knowledge.searched("nobody", "oi", 5)


async def test_search_goes_on_by_keyword_while_the_child_is_down(
    knowledge: Knowledge, add: Add, work: Work, retriever: MemoryRetriever
) -> None:
    await add(("entrega.md", DELIVERY))
    await work()
    retriever.down = True

    [found] = await knowledge.search("a", "taxa de entrega", 5)

    assert found.document == "entrega.md"
    assert found.margin is None


async def test_embedding_waits_for_a_child_that_is_down_without_failing(
    add: Add, work: Work, retriever: MemoryRetriever
) -> None:
    await add(("entrega.md", DELIVERY))
    retriever.down = True

    with pytest.raises(RetryLaterError):
        await work()


async def test_embedding_waits_while_an_answer_is_being_written(  # noqa: PLR0917 - fixtures
    knowledge: Knowledge,
    add: Add,
    db: Database,
    jobs: Queue,
    log_of_events: Outbox,
    retriever: MemoryRetriever,
) -> None:
    await add(("entrega.md", DELIVERY))
    answering = [True]
    tasks = KnowledgeTasks(knowledge, db, log_of_events, retriever, busy=lambda: answering[0])
    [job] = await db.write(lambda tx: jobs.lease(tx, 1, tuple(tasks.handlers())))
    running = asyncio.create_task(tasks.embed(job))
    await asyncio.sleep(0.3)
    assert retriever.embedded == []

    answering[0] = False
    await running

    assert retriever.embedded


@pytest.mark.parametrize("damage", ["lost", "extra", "emptied"])
async def test_an_index_that_differs_is_made_again_from_sqlite(
    damage: str, knowledge: Knowledge, add: Add, work: Work, retriever: MemoryRetriever
) -> None:
    await add(("entrega.md", DELIVERY), ("bolos.md", CAKES))
    await work()
    held = retriever.held(knowledge.spec.name, "a")
    whole = set(held)
    embedded = len(retriever.embedded)
    if damage == "lost":
        held.popitem()
    elif damage == "extra":
        held["stranger"] = next(iter(held.values()))
    else:
        held.clear()

    await knowledge.check_index()
    await work()

    assert set(retriever.held(knowledge.spec.name, "a")) == whole
    assert len(retriever.embedded) == embedded  # from the stored vectors, not anew


async def test_an_older_models_vectors_serve_until_the_new_ones_are_there(  # noqa: PLR0917 - fixtures
    knowledge: Knowledge,
    make: Callable[[EmbedderSpec], Knowledge],
    add: Add,
    work: Work,
    db: Database,
    jobs: Queue,
    log_of_events: Outbox,
    retriever: MemoryRetriever,
) -> None:
    await add(("entrega.md", DELIVERY))
    await work()
    old = knowledge.spec.name
    newer = make(EmbedderSpec("e5", model="original"))
    await newer.prepare()

    assert await newer.serving("a") == old
    assert [spec.name for spec in newer.specs()] == [newer.spec.name, old]
    assert (await newer.search("a", "entregamos domingo", 1))[0].margin is not None

    tasks = KnowledgeTasks(newer, db, log_of_events, retriever)
    [job] = await db.write(lambda tx: jobs.lease(tx, 1, tuple(tasks.handlers())))
    await tasks.embed(job)

    assert await newer.serving("a") == newer.spec.name
    assert await db.read(lambda tx: set(store.vector_counts(tx, "a"))) == {newer.spec.name}
    assert retriever.held(old, "a") == {}


async def test_a_question_in_another_language_is_not_led_astray_by_chance_words(
    knowledge: Knowledge, add: Add, work: Work
) -> None:
    await add(
        ("ingles.txt", "A palavra return aparece aqui, e the purchase também, por acaso."),
        ("returns.md", ENGLISH),
    )
    await work()

    best = (await knowledge.search("a", "How can I return the purchase within days?", 5))[0]

    assert best.document == "returns.md"


async def test_files_that_nobody_knows_are_swept_at_the_start(
    knowledge: Knowledge, add: Add
) -> None:
    [document] = await add(("entrega.md", DELIVERY))
    stray = knowledge._folder / "stray"  # noqa: SLF001 - what a crash between file and row leaves
    await asyncio.to_thread(stray.write_text, "x")

    await knowledge.prepare()

    left = [entry.name for entry in knowledge._folder.iterdir()]  # noqa: SLF001 - see above
    assert left == [document.id]


def passage(coverage: float, margin: float | None) -> Passage:
    return Passage("c", "d", "n", "t", None, "", "x", 1.0, coverage=coverage, margin=margin)


def test_confidence_asks_for_words_and_meaning_together() -> None:
    assert confidence("q", []) == 0.0
    assert confidence("q", [passage(0.1, 1.0)]) < 0.3
    assert confidence("q", [passage(0.9, 5.0)]) > 0.85
    assert confidence("q", [passage(0.8, None)]) == 0.8
    assert confidence("q", [passage(0.0, 9.0)]) < 0.5


def test_names_lose_folders_and_control_signs() -> None:
    assert clean_name("C:\\Users\\Ana\\tabela.pdf") == "tabela.pdf"
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("a\x00b\n.txt") == "ab.txt"
    assert clean_name("") == "document"


def test_a_title_comes_from_the_file_or_from_its_name() -> None:
    assert title_of("tabela_de-precos.pdf", "") == "tabela de precos"
    assert title_of("x.pdf", " Preços ") == "Preços"
