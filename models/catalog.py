"""The language models this product knows: what they are, where they come from, what they need.

Addresses are data: nothing is fetched from them before a person asks for it with
``nextagent models pull``. Where no sha256 is listed, the hub's own LFS hash is taken on the first
pull and pinned from then on.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ports import Capability

MB = 1_000_000
DEFAULT = "smollm2-135m-instruct"
ENGINE_MB = 120
"""The engine without weights and context."""
SPARE_MB = 600
"""What the rest of the box needs while a model answers."""
READS_PER_CORE_MBS = 6000
"""Weights one core reads in a second: each written token reads them all once."""

LATIN = ("pt", "en", "es", "fr", "de", "it")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the catalogue."""

    id: str
    name: str
    parameters_b: float
    size_mb: int
    kv_bytes_per_token: int
    """Memory of one token of context, as 16-bit floats."""
    trained_context: int
    license: str
    license_url: str
    languages: tuple[str, ...]
    template: str
    """The family of its chat template; the template itself is in the file."""
    source: str
    """Where ``pull`` gets it; empty for the embedded one, which comes with the installation."""
    capability: Capability
    quantization: str = "Q4_K_M"
    sha256: str | None = None
    notes: str = ""

    def ram_mb(self, context_tokens: int) -> int:
        """Estimate the memory of its process with a context of that size."""
        return self.size_mb + ENGINE_MB + self.kv_bytes_per_token * context_tokens // MB


@dataclass(frozen=True, slots=True)
class Box:
    """The machine, as far as it limits models."""

    ram_mb: int
    available_mb: int
    cores: int
    disk_free_mb: int


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a model suits a box, and why not."""

    fits: bool
    ram_mb: int
    tokens_per_s: float
    """A rough speed of one chat, from memory bandwidth alone."""
    reasons: tuple[str, ...] = field(default=())
    """Codes: ``ram``, ``disk``, ``slow``. A slow model still fits."""


def this_box(folder: Path) -> Box:
    """Measure this machine; ``folder`` is where models are kept."""
    memory = _meminfo()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    disk = os.statvfs(folder)
    return Box(
        ram_mb=memory.get("MemTotal", 0) // 1000,
        available_mb=memory.get("MemAvailable", 0) // 1000,
        cores=len(os.sched_getaffinity(0)),
        disk_free_mb=disk.f_bavail * disk.f_frsize // MB,
    )


def fit(entry: ModelEntry, box: Box, *, context_tokens: int, on_disk: bool = False) -> Fit:
    """Judge a model on a box: by memory with room for the rest, disk, and bearable speed."""
    needed = entry.ram_mb(context_tokens)
    speed = round(READS_PER_CORE_MBS * min(box.cores, 4) / entry.size_mb, 1)
    reasons = []
    if needed + SPARE_MB > box.ram_mb:
        reasons.append("ram")
    if not on_disk and entry.size_mb * 1.05 > box.disk_free_mb:
        reasons.append("disk")
    blocked = bool(reasons)
    if speed < 4:  # noqa: PLR2004 - slower than people read aloud
        reasons.append("slow")
    return Fit(not blocked, needed, speed, tuple(reasons))


def find(model_id: str) -> ModelEntry | None:
    """Return the entry of that id."""
    return next((entry for entry in CATALOG if entry.id == model_id), None)


def best_for(box: Box, *, context_tokens: int, language: str = "pt") -> ModelEntry | None:
    """Return the largest model that fits, is fast enough and writes the language."""
    suited = [
        entry
        for entry in CATALOG
        if language in entry.languages
        and _comfortable(fit(entry, box, context_tokens=context_tokens))
    ]
    return max(suited, key=lambda entry: entry.parameters_b, default=None)


def _comfortable(judged: Fit) -> bool:
    return judged.fits and "slow" not in judged.reasons


def _meminfo() -> dict[str, int]:
    """Return kilobytes by name."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}


def _hub(repository: str, file: str) -> str:
    return f"https://huggingface.co/{repository}/resolve/main/{file}"


APACHE = ("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0")
LLAMA = ("Llama-3.2-Community", "https://www.llama.com/llama3_2/license/")
GEMMA = ("Gemma-Terms", "https://ai.google.dev/gemma/terms")

CATALOG: tuple[ModelEntry, ...] = (
    ModelEntry(
        id=DEFAULT,
        name="SmolLM2 135M Instruct",
        parameters_b=0.135,
        size_mb=145,
        kv_bytes_per_token=23_040,
        trained_context=8192,
        license=APACHE[0],
        license_url=APACHE[1],
        languages=("en",),
        template="chatml",
        source="",
        capability="weak",
        quantization="Q8_0",
        notes="Embedded. English only and weak: agents in mode auto answer by quoting documents.",
    ),
    ModelEntry(
        id="llama-3.2-1b-instruct",
        name="Llama 3.2 1B Instruct",
        parameters_b=1.24,
        size_mb=808,
        kv_bytes_per_token=32_768,
        trained_context=131_072,
        license=LLAMA[0],
        license_url=LLAMA[1],
        languages=LATIN,
        template="llama3",
        source=_hub("bartowski/Llama-3.2-1B-Instruct-GGUF", "Llama-3.2-1B-Instruct-Q4_K_M.gguf"),
        capability="chat",
    ),
    ModelEntry(
        id="gemma-3-1b-it",
        name="Gemma 3 1B",
        parameters_b=1.0,
        size_mb=806,
        kv_bytes_per_token=26_624,
        trained_context=32_768,
        license=GEMMA[0],
        license_url=GEMMA[1],
        languages=LATIN,
        template="gemma",
        source=_hub("ggml-org/gemma-3-1b-it-GGUF", "gemma-3-1b-it-Q4_K_M.gguf"),
        capability="chat",
    ),
    ModelEntry(
        id="qwen2.5-1.5b-instruct",
        name="Qwen2.5 1.5B Instruct",
        parameters_b=1.54,
        size_mb=1117,
        kv_bytes_per_token=28_672,
        trained_context=32_768,
        license=APACHE[0],
        license_url=APACHE[1],
        languages=LATIN,
        template="chatml",
        source=_hub("Qwen/Qwen2.5-1.5B-Instruct-GGUF", "qwen2.5-1.5b-instruct-q4_k_m.gguf"),
        capability="chat",
    ),
    ModelEntry(
        id="qwen3-1.7b",
        name="Qwen3 1.7B",
        parameters_b=1.72,
        size_mb=1107,
        kv_bytes_per_token=114_688,
        trained_context=40_960,
        license=APACHE[0],
        license_url=APACHE[1],
        languages=LATIN,
        template="chatml",
        source=_hub("unsloth/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q4_K_M.gguf"),
        capability="tools",
    ),
    ModelEntry(
        id="llama-3.2-3b-instruct",
        name="Llama 3.2 3B Instruct",
        parameters_b=3.21,
        size_mb=2019,
        kv_bytes_per_token=114_688,
        trained_context=131_072,
        license=LLAMA[0],
        license_url=LLAMA[1],
        languages=LATIN,
        template="llama3",
        source=_hub("bartowski/Llama-3.2-3B-Instruct-GGUF", "Llama-3.2-3B-Instruct-Q4_K_M.gguf"),
        capability="tools",
    ),
    ModelEntry(
        id="gemma-3-4b-it",
        name="Gemma 3 4B",
        parameters_b=3.88,
        size_mb=2490,
        kv_bytes_per_token=139_264,
        trained_context=131_072,
        license=GEMMA[0],
        license_url=GEMMA[1],
        languages=LATIN,
        template="gemma",
        source=_hub("ggml-org/gemma-3-4b-it-GGUF", "gemma-3-4b-it-Q4_K_M.gguf"),
        capability="chat",
    ),
    ModelEntry(
        id="qwen3-4b-instruct-2507",
        name="Qwen3 4B Instruct 2507",
        parameters_b=4.02,
        size_mb=2497,
        kv_bytes_per_token=147_456,
        trained_context=262_144,
        license=APACHE[0],
        license_url=APACHE[1],
        languages=LATIN,
        template="chatml",
        source=_hub("unsloth/Qwen3-4B-Instruct-2507-GGUF", "Qwen3-4B-Instruct-2507-Q4_K_M.gguf"),
        capability="tools",
    ),
    ModelEntry(
        id="qwen2.5-7b-instruct",
        name="Qwen2.5 7B Instruct",
        parameters_b=7.62,
        size_mb=4683,
        kv_bytes_per_token=57_344,
        trained_context=32_768,
        license=APACHE[0],
        license_url=APACHE[1],
        languages=LATIN,
        template="chatml",
        source=_hub("bartowski/Qwen2.5-7B-Instruct-GGUF", "Qwen2.5-7B-Instruct-Q4_K_M.gguf"),
        capability="tools",
    ),
    ModelEntry(
        id="qwen3-8b",
        name="Qwen3 8B",
        parameters_b=8.19,
        size_mb=5028,
        kv_bytes_per_token=147_456,
        trained_context=40_960,
        license=APACHE[0],
        license_url=APACHE[1],
        languages=LATIN,
        template="chatml",
        source=_hub("Qwen/Qwen3-8B-GGUF", "Qwen3-8B-Q4_K_M.gguf"),
        capability="tools",
    ),
)
