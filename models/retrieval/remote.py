"""Embeddings from any OpenAI-compatible server; called from threads, so plain blocking HTTP."""

import http.client
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from .ports import ModelInfo, Role, Vectors, unit
from .spec import EmbedderSpec, prefix

TIMEOUT_S = 30.0
LONGEST_ANSWER = 64 * 1024 * 1024


class ServerRefusedError(Exception):
    """The embedding server is away, said no, or answered something else than vectors."""


class RemoteEmbedder:
    """`POST /embeddings` of the server named in the settings; the size is learnt by asking."""

    def __init__(self, spec: EmbedderSpec) -> None:
        parts = urlsplit(spec.source)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            msg = "models.retrieval.base_url must begin with http:// or https://"
            raise ServerRefusedError(msg)
        self._parts, self._spec = parts, spec
        self.info = ModelInfo(spec.name, 0)
        self.info = ModelInfo(spec.name, self.embed(["?"], "query").shape[1])

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """Return one unit vector a text."""
        if not texts:
            return np.empty((0, self.info.dim), np.float32)
        before = prefix(self._spec.model, role)
        answer = self._post({"model": self._spec.model, "input": [before + text for text in texts]})
        try:
            rows = sorted(answer["data"], key=lambda item: item["index"])
            out = np.array([row["embedding"] for row in rows], np.float32)
        except (KeyError, TypeError, ValueError) as error:
            msg = "the embedding server's answer has no vectors"
            raise ServerRefusedError(msg) from error
        wanted = (len(texts), self.info.dim or out.shape[-1])
        if out.shape != wanted or not np.isfinite(out).all():
            msg = f"the embedding server sent vectors of shape {out.shape}, not {wanted}"
            raise ServerRefusedError(msg)
        return unit(out)

    def _post(self, body: dict[str, Any]) -> Any:
        kind = (
            http.client.HTTPSConnection
            if self._parts.scheme == "https"
            else http.client.HTTPConnection
        )
        connection = kind(str(self._parts.hostname), self._parts.port, timeout=TIMEOUT_S)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._spec.api_key:
            headers["Authorization"] = f"Bearer {self._spec.api_key}"
        path = self._parts.path.rstrip("/") + "/embeddings"
        try:
            connection.request("POST", path, json.dumps(body).encode(), headers)
            response = connection.getresponse()
            data = response.read(LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            msg = f"the embedding server does not answer: {type(error).__name__}"
            raise ServerRefusedError(msg) from error
        finally:
            connection.close()
        if response.status != http.client.OK:
            msg = f"the embedding server answered {response.status}"
            raise ServerRefusedError(msg)
        try:
            return json.loads(data)
        except ValueError as error:
            msg = "the embedding server's answer is not JSON"
            raise ServerRefusedError(msg) from error
