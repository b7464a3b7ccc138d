"""What pydantic finds wrong with input, in the reader's language."""

from collections.abc import Mapping
from typing import Any

# Pydantic's messages in Portuguese, by error type; what is not here is said in English.
PORTUGUESE = {
    "missing": "campo obrigatório",
    "extra_forbidden": "campo desconhecido",
    "string_type": "deve ser um texto",
    "string_too_short": "texto curto demais (mínimo {min_length})",
    "string_too_long": "texto longo demais (máximo {max_length})",
    "string_pattern_mismatch": "formato inválido (esperado {pattern})",
    "int_type": "deve ser um número inteiro",
    "int_parsing": "deve ser um número inteiro",
    "float_type": "deve ser um número",
    "float_parsing": "deve ser um número",
    "bool_type": "deve ser verdadeiro ou falso",
    "bool_parsing": "deve ser verdadeiro ou falso",
    "list_type": "deve ser uma lista",
    "dict_type": "deve ser um objeto",
    "model_type": "deve ser um objeto",
    "model_attributes_type": "deve ser um objeto",
    "literal_error": "deve ser um destes: {expected}",
    "enum": "deve ser um destes: {expected}",
    "greater_than_equal": "deve ser no mínimo {ge}",
    "less_than_equal": "deve ser no máximo {le}",
    "greater_than": "deve ser maior que {gt}",
    "less_than": "deve ser menor que {lt}",
    "too_long": "itens demais (máximo {max_length})",
    "too_short": "itens de menos (mínimo {min_length})",
    "json_invalid": "JSON inválido",
    "datetime_from_date_parsing": "data inválida (use AAAA-MM-DD)",
    "datetime_parsing": "data inválida (use AAAA-MM-DDTHH:MM:SSZ)",
    "timezone_aware": "a data precisa de fuso horário",
}


class WrongValueError(ValueError):
    """A validator's own complaint, in both languages."""

    def __init__(self, english: str, portuguese: str) -> None:
        super().__init__(english)
        self.portuguese = portuguese


def complaint(item: Mapping[str, Any], language: str) -> str:
    """Say what is wrong with one value; `item` is one of `ValidationError.errors()`."""
    own = item.get("ctx", {}).get("error")
    if isinstance(own, WrongValueError) and language != "en":
        return own.portuguese
    if own is not None:
        return str(own)
    template = PORTUGUESE.get(item["type"])
    if item["type"] in {"too_short", "too_long"} and item["ctx"].get("field_type") != "List":
        template = PORTUGUESE[f"string_{item['type']}"]  # a secret is a text too
    if language == "en" or template is None:
        return str(item["msg"])
    return template.format_map(item.get("ctx", {}))
