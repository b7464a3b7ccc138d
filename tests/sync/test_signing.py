"""Our one form of RFC 9421 against the general library: each reads the other."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)
from multidict import CIMultiDict

from sync.protocol.problems import SyncError
from sync.signing import HEADERS, TAG, PrivateKey, sign_request, verify_request

BODY = b"a batch"


@dataclass
class Message:
    method: str
    url: str
    headers: CIMultiDict[str]


class OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    def resolve_public_key(self, key_id: str) -> Any:
        assert key_id == self._key.id
        return Ed25519PublicKey.from_public_bytes(self._key.public)

    def resolve_private_key(self, key_id: str) -> Any:
        assert key_id == self._key.id
        return Ed25519PrivateKey.from_private_bytes(self._key.seed)


def test_the_library_verifies_what_we_sign() -> None:
    key = PrivateKey.generate()
    now = datetime.now(UTC)
    headers = sign_request(key, "POST", "/v1/sync?x=1", device="d", seq=7, body=BODY, created=now)
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=OneKey(key))
    message = Message("POST", "http://host/v1/sync?x=1", CIMultiDict(headers))

    (found,) = verifier.verify(
        message, expect_tag=TAG, require_components=("@method", "@path", *HEADERS), body=BODY
    )

    assert found.parameters["created"] == int(now.timestamp())


def test_we_verify_what_the_library_signs() -> None:
    key = PrivateKey.generate()
    message = Message("POST", "http://host/v1/sync", CIMultiDict({"na-device": "d", "na-seq": "7"}))
    created = datetime(2026, 3, 2, tzinfo=UTC)
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=OneKey(key)).sign(
        message,
        key_id=key.id,
        created=created,
        label="na",
        tag=TAG,
        covered_component_ids=("@method", "@path", "na-device", "na-seq"),
        body=BODY,
    )
    parameters = message.headers["Signature-Input"]
    assert parameters.endswith(f';alg="ed25519";tag="{TAG}"')

    assert (
        verify_request({key.id: key.public}, "POST", "/v1/sync", message.headers, BODY) == created
    )


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("signature-input", 'na=("@method");created=1;keyid="x";alg="ed25519";tag="nextagent-1"'),
        ("signature-input", ""),
        ("signature", "na=:AAAA:"),
        ("na-device", "e"),
        ("na-seq", "8"),
    ],
)
def test_any_other_form_or_content_is_refused(header: str, value: str) -> None:
    key = PrivateKey.generate()
    created = datetime(2026, 3, 2, tzinfo=UTC)
    headers = sign_request(key, "GET", "/p", device="d", seq=7, body=b"", created=created)
    assert verify_request({key.id: key.public}, "GET", "/p", headers, b"") == created

    for method, path, changed in (
        ("GET", "/p", {**headers, header: value}),
        ("POST", "/p", headers),
        ("GET", "/q", headers),
    ):
        with pytest.raises(SyncError, match="signature does not verify"):
            verify_request({key.id: key.public}, method, path, changed, b"")
