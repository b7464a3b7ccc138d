"""Words as the keyword search sees them: folded, stemmed by language, without the empty ones."""

import re
import threading
import unicodedata
from functools import lru_cache
from typing import Any

import snowballstemmer

LANGUAGES = {"pt": "portuguese", "en": "english"}
ENOUGH = 2  # that many empty words of one language decide
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_LOCAL = threading.local()  # a stemmer keeps the word it is working on

_PT = """
a ao aos aquela aquelas aquele aqueles aquilo as ate com como da das de dela delas dele deles depois
do dos e ela elas ele eles em entre era eram essa essas esse esses esta estao estas estava este
estes eu foi foram ha isso isto ja lhe lhes mais mas me mesmo meu meus minha minhas muito na nao nas
nem no nos nossa nossas nosso nossos num numa o os ou para pela pelas pelo pelos por qual quais
quando quanto quantos quanta quantas que quem se sem ser seu seus so sua suas tambem te tem tinha
teu teus tu tua tuas um uma uns umas voce voces pra pro onde sao estou tenho posso pode podem fica
ter fazer favor oi ola gostaria queria quero saber
"""
_EN = """
a about an and any are as at be been but by can could did do does for from had has have he her his
how i if in into is it its just may me might more my no not of on or our out please she should so
some than that the their them then there these they this to up us was we were what when where which
who why will with would you your hello hi much many
"""


def fold(text: str) -> str:
    """Return lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


EMPTY = {"pt": frozenset(_PT.split()), "en": frozenset(_EN.split())}
ONLY_PT = EMPTY["pt"] - EMPTY["en"]
ONLY_EN = EMPTY["en"] - EMPTY["pt"]


def stems(text: str, language: str) -> list[str]:
    """Return the stem of every word, in order."""
    return [_stem(word, language) for word in _WORD.findall(text.lower())]


def telling(text: str, language: str) -> list[str]:
    """Return the distinct stems of the words that say something; all words if none does."""
    words = _WORD.findall(text.lower())
    full = [word for word in words if fold(word) not in EMPTY[language]]
    return list(dict.fromkeys(_stem(word, language) for word in full or words))


def language_of(text: str, otherwise: str = "pt") -> str:
    """Return pt or en by the empty words in the text."""
    return guess(text) or otherwise


def guess(text: str) -> str | None:
    """Return pt or en, or None when the text does not say."""
    words = [fold(word) for word in _WORD.findall(text[:20_000])]
    pt = sum(word in ONLY_PT for word in words)
    en = sum(word in ONLY_EN for word in words)
    pt += 2 * len(re.findall(r"[ãõç]|ção\b", text[:20_000].lower()))
    if max(pt, en) < min(ENOUGH, max(1, len(words) // 3)) or pt == en:
        return None
    return "pt" if pt > en else "en"


@lru_cache(50_000)
def _stem(word: str, language: str) -> str:
    return fold(_stemmer(language).stemWord(word))


def _stemmer(language: str) -> Any:
    known: dict[str, Any] | None = getattr(_LOCAL, "stemmers", None)
    if known is None:
        known = _LOCAL.stemmers = {}
    if language not in known:
        known[language] = snowballstemmer.stemmer(LANGUAGES[language])
    return known[language]
