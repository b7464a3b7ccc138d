"""The documents name every code there is, with its status, and no other; read from the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sync.central import audit, intake, pg_schema, sqlite_batch
from sync.protocol.problems import PROBLEMS

SYNC = Path(__file__).parents[2] / "sync"
PROTOCOL, OFFICE = SYNC / "protocol" / "PROTOCOL.md", SYNC / "central" / "README.md"
ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \|", re.MULTILINE)
REASON = re.compile(r"^\| `(\w+)` \| (?!\d)", re.MULTILINE)


def documented(path: Path) -> dict[str, int]:
    return {code: int(status) for code, status in ROW.findall(path.read_text("utf-8"))}


def raised() -> Iterator[str]:
    """Return the codes that the source raises by name."""
    for path in SYNC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            for word in node.keywords if node.func.id == "SyncError" else ():
                if word.arg == "code" and isinstance(word.value, ast.Constant):
                    yield str(word.value.value)


def returned(module: object, *functions: str) -> set[str]:
    """Return the words that functions of a module answer with."""
    tree = ast.parse(Path(str(getattr(module, "__file__", ""))).read_text("utf-8"))
    found: set[str] = set()
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef) and one.name in functions:
            values = [
                part for node in ast.walk(one) if isinstance(node, ast.Return | ast.Assign)
                and node.value is not None for part in ast.walk(node.value)
            ]  # fmt: skip
            found |= {
                part.value for part in values
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
                and re.fullmatch(r"[a-z]+(_[a-z]+)*", part.value)
            }  # fmt: skip
    return found


def test_each_code_is_in_one_document_with_its_status() -> None:
    box, office = documented(PROTOCOL), documented(OFFICE)

    assert not box.keys() & office.keys()
    assert box | office == {code: problem.status for code, problem in PROBLEMS.items()}


def test_each_code_that_is_raised_is_known_and_each_known_one_is_met() -> None:
    stores = returned(sqlite_batch, "_compare") | {"replayed"}
    found = set(raised()) | stores

    assert found == set(PROBLEMS)


def test_both_stores_refuse_and_put_aside_by_the_same_words() -> None:
    ours = returned(sqlite_batch, "_compare", "_count")
    theirs = set(re.findall(r"code := '(\w+)'", pg_schema.BATCH_FUNCTION))
    theirs |= set(re.findall(r"ELSE '(\w+)' END", pg_schema.BATCH_FUNCTION))
    theirs |= set(re.findall(r"THEN '(\w+)'", pg_schema.BATCH_FUNCTION))

    assert {word for word in ours if "_" in word or word in {"gap", "fork"}} == theirs - {
        "replayed"
    }


def test_each_reason_to_put_an_event_aside_and_each_verdict_is_documented() -> None:
    text = PROTOCOL.read_text("utf-8")
    reasons = returned(intake, "_fault") | {"too_old"}
    reasons |= returned(sqlite_batch, "_count")
    reasons &= {word for word in reasons if "_" in word} - {"raw_epoch"}

    assert set(REASON.findall(text)) == reasons
    verdicts = returned(audit, "judge") | {"chain_differs", "sums_differ"}
    for verdict in {word for word in verdicts if "_" in word}:
        assert f"`{verdict}" in text, verdict
