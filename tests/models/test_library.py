from pathlib import Path

import pytest

from models import catalog, embedded
from models.errors import (
    ModelChecksumError,
    ModelMissingError,
    NotAChatModelError,
    NotAModelError,
    UnknownModelError,
)
from models.library import RECORD, Library, opened, sha256_of

EMPTY_GGUF = b"GGUF\x03\x00\x00\x00" + bytes(16)


def test_the_embedded_model_is_made_once_and_pinned(library: Library, model_file: Path) -> None:
    before = model_file.stat().st_mtime_ns

    embedded.ensure(library)

    assert model_file.stat().st_mtime_ns == before
    assert library.pinned(catalog.DEFAULT) == sha256_of(model_file)
    assert library.resolve("default").capability == "weak"
    assert {file.name for file in library.folder.iterdir()} == {embedded.TARGET, RECORD}


def test_a_truncated_embedded_model_is_made_again(library: Library, model_file: Path) -> None:
    whole = library.pinned(catalog.DEFAULT)
    model_file.unlink()
    model_file.write_bytes(EMPTY_GGUF)

    embedded.ensure(library)

    assert library.pinned(catalog.DEFAULT) == whole, "the same bytes every time"
    assert sha256_of(model_file) == whole


def test_only_the_pinned_bytes_are_ever_opened(library: Library, model_file: Path) -> None:
    spec = library.resolve("default")
    changed = bytearray(model_file.read_bytes())
    changed[-1] ^= 1
    model_file.unlink()
    model_file.write_bytes(changed)

    with pytest.raises(ModelChecksumError), opened(spec):
        pytest.fail("it was opened")


def test_a_file_swapped_after_the_check_is_not_what_is_read(
    library: Library, model_file: Path
) -> None:
    with opened(library.resolve("default")) as path:
        model_file.unlink()
        model_file.write_bytes(b"something else")

        assert Path(path).read_bytes()[:4] == b"GGUF"


def test_any_chat_model_can_be_used_by_its_path(
    library: Library, model_file: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "Minha Loja v2.gguf"
    mine.hardlink_to(model_file)

    spec = library.use(str(mine))

    assert spec.id == "minha-loja-v2"
    assert Library(library.folder).resolve("default").path == str(mine)
    assert library.resolve(str(mine)).sha256 == spec.sha256, "its bytes are pinned from now on"

    library.use(catalog.DEFAULT)
    assert library.resolve("default").id == catalog.DEFAULT


def test_wrong_choices_are_refused_by_name(library: Library, tmp_path: Path) -> None:
    text = tmp_path / "notes.gguf"
    text.write_text("not a model at all")
    base = tmp_path / "base.gguf"
    base.write_bytes(EMPTY_GGUF)

    with pytest.raises(UnknownModelError, match="gpt-9"):
        library.use("gpt-9")
    with pytest.raises(ModelMissingError, match="pull"):
        library.use("qwen3-4b-instruct-2507")
    with pytest.raises(ModelMissingError):
        library.use("/nowhere/x.gguf")
    with pytest.raises(NotAModelError):
        library.use(str(text))
    with pytest.raises(NotAChatModelError):
        library.use(str(base))
    assert library.selected() == catalog.DEFAULT


def test_a_damaged_record_loses_the_choice_but_nothing_else(library: Library) -> None:
    (library.folder / RECORD).write_text("{half")

    embedded.ensure(library)

    assert library.resolve("default").id == catalog.DEFAULT


def test_the_package_with_the_weights_is_never_run() -> None:
    import sys  # noqa: PLC0415 - what this test asks

    embedded.find_source()

    assert embedded.PACKAGE not in sys.modules
