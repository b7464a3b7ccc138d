"""The register of erasures: each line once, whole or not at all."""

from datetime import UTC, datetime
from pathlib import Path

from daemon.domains.privacy.register import Register

AT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def test_an_erasure_is_written_once_and_half_a_line_is_passed_over(tmp_path: Path) -> None:
    register = Register(tmp_path / "erasures.jsonl")
    assert register.read() == []
    register.add("one", AT, ["c.1", "c.2"])
    register.add("one", AT, ["c.1", "c.2"])
    with register.path.open("ab") as file:
        file.write(b'{"id": "two", "at"')
    [entry] = register.read()
    assert (entry.id, entry.at, entry.pseudonyms) == ("one", AT, frozenset({"c.1", "c.2"}))
    assert register.path.stat().st_mode & 0o777 == 0o600
