"""Ed25519 everywhere: requests (RFC 9421), responses, receipts, batches and documents."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature as BadBytesError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from multidict import CIMultiDict

from sync.canonical import canonical
from sync.errors import SyncError

KEY_BYTES = 32
COVERED = ("@method", "@path", "na-device", "na-seq")
TAG = "nextagent-1"
RESPONSE_SIGNATURE = "na-signature"


class PrivateKey:
    """A signing key; `id` is derived from the public half."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.id = name_of(self.public)

    @classmethod
    def generate(cls) -> "PrivateKey":
        """Make a new key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def seed(self) -> bytes:
        """The 32 secret bytes, to be sealed."""
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self._key.sign(message)


def name_of(public: bytes) -> str:
    """Return the name of a public key."""
    return hashlib.sha256(public).hexdigest()[:32]


def verified(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether the signature is that key's over that message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (BadBytesError, ValueError):
        return False
    return True


def b64(data: bytes) -> str:
    """Return bytes as text."""
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Return the bytes of a text, or nothing if it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


# -- documents and receipts: a JSON object with `key` and `signature` beside its content


def sign_document(key: PrivateKey, content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with the key's name and its signature."""
    named = {**content, "key": key.id}
    return {**named, "signature": b64(key.sign(b"na-document\0" + canonical(named)))}


@dataclass(frozen=True)
class ServerKeys:
    """The control plane's public keys, by name."""

    keys: Mapping[str, bytes]

    def trusts(self, document: Any) -> bool:
        """Say whether a document was signed by one of the keys."""
        if not isinstance(document, dict):
            return False
        public = self.keys.get(str(document.get("key")))
        content = {name: value for name, value in document.items() if name != "signature"}
        signature = unb64(str(document.get("signature", "")))
        return public is not None and verified(
            public, signature, b"na-document\0" + canonical(content)
        )

    def trusts_response(self, header: str, status: int, seq: int, body: bytes) -> bool:
        """Say whether a response to request `seq` was signed by one of the keys."""
        name, _, signature = header.partition(":")
        public = self.keys.get(name)
        return public is not None and verified(
            public, unb64(signature), _response_base(status, seq, body)
        )


def sign_response(key: PrivateKey, status: int, seq: int, body: bytes) -> str:
    """Return the header that ties a response to the control plane and to its request.

    Without it anything on the way, such as a captive portal, could revoke a licence by a 403.
    """
    return f"{key.id}:{b64(key.sign(_response_base(status, seq, body)))}"


def _response_base(status: int, seq: int, body: bytes) -> bytes:
    return f"na-response\n{status}\n{seq}\n{hashlib.sha256(body).hexdigest()}".encode()


# -- batches


def batch_base(device: str, epoch: int, to: int, head: str) -> bytes:
    """Return what a device signs of a batch."""
    return f"{device}|{epoch}|{to}|{head}".encode()


# -- requests


@dataclass
class _Message:
    method: str
    url: str
    headers: CIMultiDict[str]


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, *, private: PrivateKey | None = None, public: bytes = b"") -> None:
        self._private, self._public = private, public

    def resolve_private_key(self, key_id: str) -> Any:  # noqa: ARG002 - there is one key
        if self._private is None:
            msg = "this resolver verifies only"
            raise LookupError(msg)
        return Ed25519PrivateKey.from_private_bytes(self._private.seed)

    def resolve_public_key(self, key_id: str) -> Any:
        if key_id != name_of(self._public):
            msg = "another key"
            raise LookupError(msg)
        return Ed25519PublicKey.from_public_bytes(self._public)


class _Verifier(HTTPMessageVerifier):
    """The age of a signature is judged by the caller: it knows the clock and the device."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:  # noqa: ARG002 - the library's signature
        if type(sig_input.params.get("created")) is not int:
            raise InvalidSignature


def sign_request(
    key: PrivateKey,
    method: str,
    path: str,
    *,
    device: str,
    seq: int,
    body: bytes,
    created: datetime,
) -> dict[str, str]:
    """Return the headers that authenticate a request."""
    headers = CIMultiDict({"na-device": device, "na-seq": str(seq)})
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Keys(private=key)).sign(
        _Message(method, f"http://host{path}", headers),
        key_id=key.id,
        created=created,
        label="na",
        tag=TAG,
        covered_component_ids=COVERED,
        body=body,
    )
    return dict(headers)


def verify_request(
    public: bytes, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> datetime:
    """Return when the request was signed. Raises SyncError bad_digest or bad_signature."""
    message = _Message(method, f"http://host{path}", CIMultiDict(headers))
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=_Keys(public=public))
    try:
        found = verifier.verify(message, max_age=None, expect_tag=TAG, require_components=COVERED)
    except HTTPMessageSignaturesException as error:
        raise SyncError(code="bad_signature") from error
    if len(found) != 1:
        raise SyncError(code="bad_signature")
    try:
        results = verifier.verify_body(message, found, body)
    except HTTPMessageSignaturesException as error:
        raise SyncError(code="bad_digest") from error
    if results[0].body is None:
        raise SyncError(code="bad_digest")
    return datetime.fromtimestamp(int(found[0].parameters["created"]), tz=UTC)
