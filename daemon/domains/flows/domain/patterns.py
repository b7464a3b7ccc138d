"""Patterns that people write, in RE2: linear time, whatever is written and whatever is matched."""

from functools import lru_cache
from typing import Any

MAX_PATTERN = 200
_MEMORY = 1 << 20


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    import re2  # noqa: PLC0415 - only where a flow has patterns

    options = re2.Options()
    options.log_errors = False  # it would print the pattern
    options.max_mem = _MEMORY
    options.case_sensitive = False
    return re2.compile(pattern, options)


def fault(pattern: str) -> str | None:
    """Return what is wrong with a pattern, None when it can be used."""
    import re2  # noqa: PLC0415 - as above

    if len(pattern) > MAX_PATTERN:
        return f"longer than {MAX_PATTERN}"
    try:
        _compiled(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return None


def fits(pattern: str, text: str, *, whole: bool = False) -> bool:
    """Say whether a text fits; a pattern that cannot be used fits nothing."""
    if fault(pattern) is not None:
        return False
    compiled = _compiled(pattern)
    found = compiled.fullmatch(text) if whole else compiled.search(text)
    return found is not None
