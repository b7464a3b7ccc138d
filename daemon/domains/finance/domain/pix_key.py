"""Pix keys as people write them, and as the Central Bank's directory holds them."""

import re

from daemon.kernel.complaints import WrongValueError

MAX_KEY = 77
EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")
PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SIGNS = re.compile(r"[\s().\-/]")
CPF, CNPJ = 11, 14
NO_PHONE = ("is no CPF; a phone begins with +55", "não é um CPF; um telefone começa com +55")
NO_KEY = (
    "must be an e-mail, a phone with +55, a CPF, a CNPJ or a random key",
    "deve ser um e-mail, um telefone com +55, um CPF, um CNPJ ou uma chave aleatória",
)


def pix_key(text: str) -> str:
    """Return a key without the signs that people put into it; an empty one stays empty.

    Raises WrongValueError for what is no e-mail, phone, CPF, CNPJ or random key: a code made of it
    would be refused by every bank, and only when somebody tries to pay.
    """
    given = text.strip()
    if not given or EMAIL.fullmatch(given) or RANDOM.fullmatch(given.lower()):
        return given.lower()
    bare = SIGNS.sub("", given)
    if PHONE.fullmatch(bare) or _is_document(bare.upper()):
        return bare.upper()
    if bare.isascii() and bare.isdigit() and len(bare) in {CPF - 1, CPF, CPF + 1, CPF + 2}:
        raise WrongValueError(*NO_PHONE)
    raise WrongValueError(*NO_KEY)


def _is_document(text: str) -> bool:
    import validate_docbr  # noqa: PLC0415 - needed when a key is set, not at the start

    if not text.isascii():
        return False
    if len(text) == CPF:
        return text.isdigit() and validate_docbr.CPF().validate(text)
    return len(text) == CNPJ and text.isalnum() and validate_docbr.CNPJ().validate(text)
