"""The models, and what their answers cost."""

from typing import Literal

from pydantic import Field, SecretStr

from .part import Part


class Language(Part):
    """The language model."""

    engine: Literal["llama", "openai", "scripted", "off"] = Field(
        "llama", description="llama: local; openai: any compatible server; scripted: for tests"
    )
    model: str = Field("default", description="Catalogue id, or the path of a GGUF file")
    context_tokens: int = Field(4096, ge=512, le=131072, description="Context shared by all chats")
    slots: int = Field(8, ge=1, le=64, description="Chats answered at the same time")
    threads: int = Field(0, ge=0, le=256, description="Decode threads; 0 follows the cores")
    timeout_s: float = Field(60.0, gt=0, le=600, description="Longest wait for one answer")
    base_url: str = Field("", description="openai engine: address up to and with /v1")
    api_key: SecretStr = Field(SecretStr(""), description="openai engine: key")


class Retrieval(Part):
    """Embeddings and the vector index."""

    embedder: str = Field(
        "default", description="default (multilingual-e5-small), a GGUF path, or openai"
    )
    base_url: str = Field("", description="openai embedder: address up to and with /v1")
    api_key: SecretStr = Field(SecretStr(""), description="openai embedder: key")
    model: str = Field("", description="openai embedder: model name")
    threads: int = Field(1, ge=1, le=64, description="Threads of the embedder")
    chroma_host: str = Field("", description="A Chroma server instead of the embedded one")
    chroma_port: int = Field(8000, ge=1, le=65535, description="Its port")


class Models(Part):
    """The two model children."""

    language: Language = Language()
    retrieval: Retrieval = Retrieval()


class Costs(Part):
    """What answers cost, for the figures; 0 leaves a part out."""

    watts: int = Field(0, ge=0, le=10_000, description="What the box draws while it answers")
    energy_centavos_kwh: int = Field(0, ge=0, le=100_000, description="Price of a kWh, in centavos")
    cloud_millionths_per_1k_tokens: int = Field(
        0,
        ge=0,
        le=1_000_000_000,
        description="Price of 1,000 tokens of the openai engine, in millionths of the currency",
    )
