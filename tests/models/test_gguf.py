from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ModelMissingError, NotAModelError
from models.gguf import read_header


def test_a_header_tells_what_a_model_is(model_file: Path) -> None:
    header = read_header(model_file)

    assert header.architecture == "llama"
    assert header.languages == ("en",)
    assert header.number("context_length") == 8192
    assert header.kv_bytes_per_token() == 23_040
    assert "<|im_start|>" in (header.chat_template or "")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="no model file"):
        read_header(tmp_path / "nothing.gguf")


def test_a_header_cut_anywhere_is_refused(model_file: Path, tmp_path: Path) -> None:
    whole = model_file.read_bytes()[:2_000_000]
    cut = tmp_path / "cut.gguf"
    for size in (0, 3, 4, 10, 23, 24, 100, 1000, 100_000, 900_000):
        cut.write_bytes(whole[:size])
        with pytest.raises(NotAModelError):
            read_header(cut)


@given(st.binary(max_size=400))
def test_noise_behind_the_magic_is_refused_quickly(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "noise.gguf"
    file.write_bytes(b"GGUF\x03\x00\x00\x00" + noise)

    try:
        header = read_header(file)
    except NotAModelError:
        return
    assert isinstance(header.values, dict)
