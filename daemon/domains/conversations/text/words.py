"""Words as they are compared: folded, without plural endings, stemmed; and their language."""

import re
import threading
import unicodedata
from functools import lru_cache
from typing import Any

import snowballstemmer

LANGUAGES = ("pt", "en", "es")
DEFAULT_LANGUAGE = "pt"

_WORD = re.compile(r"[^\W_]+(?:[.,/:-]\d+)*", re.UNICODE)
# Words that people write in one, with a hyphen, or apart: wi-fi, on-line, e-mail, check-in.
_SPLIT_WORDS = re.compile(r"\b(wi|on|e|check)[- ](fi|line|mails?|commerce|in|out)\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PLURALS = (("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("eis", "el"), ("ns", "m"))
_KEPT = 400
_MIN_PLURAL = 5
_MIN_ACTION = 8
_SNOWBALL = {"pt": "portuguese", "en": "english", "es": "spanish"}
_FIXED = {"marca": "marca", "marcas": "marca"}  # a brand, not "marcar"
_local = threading.local()

# Words that carry no topic, folded. They never count for or against a passage.
_FILLER = {
    "pt": (
        "a o as os um uma uns umas de do da dos das d em no na nos nas num numa por pelo pela "
        "pelos "
        "pelas para pra pro pras pros ao aos à às com sem sob sobre entre ate e ou mas nem que se "
        "como quando onde quem qual quais quanto quanta quantos quantas porque pq por que eu tu "
        "ele "
        "ela nos eles elas voce voces vc vcs me te lhe meu minha meus minhas seu sua seus suas "
        "nosso "
        "nossa isso isto esse essa esses essas este esta estes estas aquele aquela aquilo ser sao "
        "e "
        "era foi sou somos esta estao estou estava ter tem tenho temos teria ha haver fazer faz "
        "fazem "
        "faco fazemos feito pode podem posso podemos poderia poderiam consigo conseguir consegue "
        "gostaria queria quero quer querem saber sabe sei dizer diz me informar informacao "
        "informacoes favor pfv pf oi ola bom boa dia tarde noite tudo bem obrigado obrigada ai la "
        "aqui "
        "ja so tambem muito mais menos bem ainda entao assim algum alguma alguns algumas outro "
        "outra "
        "existe existem sim nao né ne ta to tá tô ok vai vou ir va preciso precisa precisam "
        "precisamos devo deve dar da dou serve algo alguem gente agora hoje ser seria voces favor "
        "cada ganho ganhar ganha obter obtenho pegar pego tirar receber recebo levar levo trazer "
        "acontece acontecer inclusive mesmo mesma todo toda todos todas tipo tipos qto qt qnto q "
        "hj tb tbm mt mto msm blz td tds cm p eh pls duvida pergunta oferece "
        "oferecem oferecemos trabalha trabalham possui possuem"
    ),
    "en": (
        "a an the of in on at to for from by with without about into and or but nor that this "
        "these "
        "those it its is are was were be been being am do does did done doing have has had having "
        "can could may might must shall should will would i you he she we they me him her us them "
        "my "
        "your his our their what which who whom whose when where why how much many any some there "
        "here please hi hello hey thanks thank know tell want need like get got if so not no yes "
        "just "
        "also than then as up out more most very s t re ve ll m d offer sell good morning "
        "afternoon "
        "evening"
    ),
    "es": (
        "el la los las un una unos unas de del al en por para con sin sobre entre hasta y o pero "
        "ni "
        "que si como cuando donde quien cual cuales cuanto cuanta cuantos cuantas porque yo tu "
        "usted "
        "ustedes el ella ellos ellas me te se le les mi mis su sus nuestro esto eso este esta "
        "estos "
        "es son era fue ser esta estan estoy tener tiene tienen tengo hay hacer hace hacen puedo "
        "puede pueden podria quisiera quiero saber hola buenos buenas dias tardes noches gracias "
        "favor "
        "muy mas ya no tambien necesito"
    ),
}

# Words that tell the languages apart, folded: frequent in one and absent from the others.
_TELLTALES = {
    "pt": (
        "voce voces vc vcs nao sao qual quais quanto quanta fica ficam tem pra com uma um o os da "
        "do "
        "das dos em no na oi ola obrigado obrigada bom boa dia tarde noite eu meu minha aceitam "
        "fazem "
        "horario preco valor onde e quero gostaria posso ate funcionam abre fecha abrem sim tudo "
        "bem "
        "quais agendar atendem atendente pessoa falar"
    ),
    "en": (
        "the is are do does you your how much what where when which can could i we they have has "
        "and "
        "of to my hello hi thanks thank please open close price cost opening hours on for it in "
        "with "
        "talk person human want need yes no"
    ),
    "es": (
        "el los las usted ustedes cuanto cuesta donde esta estan cual cuales hola gracias quiero "
        "puedo tienen abren cierran del y hay muy buenos buenas dias tardes noches horario precio "
        "una con hablar persona quisiera"
    ),
}
_FILLER_SETS = {language: frozenset(words.split()) for language, words in _FILLER.items()}
_TELLTALE_SETS = {language: frozenset(words.split()) for language, words in _TELLTALES.items()}


def fold(text: str) -> str:
    """Return the text in lower case without accents; short texts come up again and again."""
    return _kept_fold(text) if len(text) <= _KEPT else _fold(text)


@lru_cache(maxsize=4096)
def _kept_fold(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def tokens(text: str) -> list[str]:
    """Return the folded words and numbers of a text, in order."""
    return _WORD.findall(_SPLIT_WORDS.sub(r"\1\2", fold(text)))


def is_number(token: str) -> bool:
    """Return whether the token is a figure."""
    return _NUMBER.fullmatch(token) is not None


def is_filler(token: str, language: str) -> bool:
    """Return whether the word carries no topic in that language."""
    return token in _FILLER_SETS.get(language, _FILLER_SETS[DEFAULT_LANGUAGE])


@lru_cache(maxsize=16384)
def stem(token: str, language: str) -> str:
    """Return the stem by which a folded word is compared."""
    if is_number(token) or token in _FIXED:
        return _FIXED.get(token, token)
    if language == "pt" and len(token) >= _MIN_PLURAL:
        for plural, singular in _PLURALS:
            if token.endswith(plural):
                token = token.removesuffix(plural) + singular
                break
        else:
            token = token if token.endswith(("ss", "mos")) else token.removesuffix("s")
        if token.endswith("acao") and len(token) >= _MIN_ACTION:
            token = token.removesuffix("cao") + "r"  # depilacao is what one gets by depilar
    return _snowball(token, language)


def stems(text: str, language: str) -> list[str]:
    """Return the stems of the words that carry a topic."""
    return [stem(token, language) for token in tokens(text) if not is_filler(token, language)]


def language_of(text: str, default: str = DEFAULT_LANGUAGE) -> str:
    """Return pt, en or es, by the little words; `default` when they do not tell."""
    words = tokens(text)
    votes = {
        language: sum(word in telltales for word in words)
        for language, telltales in _TELLTALE_SETS.items()
    }
    if re.search(r"[ãõç]|lh|nh", text.casefold()):
        votes["pt"] += 2
    if re.search(r"[¿¡ñ]", text):
        votes["es"] += 3
    base = primary(default)
    best = max(LANGUAGES, key=lambda language: (votes[language], language == base))
    return best if votes[best] > votes.get(base, 0) else base


def primary(tag: str) -> str:
    """Return the primary language of a tag such as pt-BR, among those that have words here."""
    base = tag.split("-", 1)[0].lower()
    return base if base in LANGUAGES else DEFAULT_LANGUAGE


def same(one: str, other: str) -> bool:
    """Return whether two stems are one word, a slip of the finger apart."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter < 5 or one[0] != other[0] or is_number(one) or is_number(other):  # noqa: PLR2004 - short words
        return False
    return _distance_at_most(one, other, 1 if shorter < 9 else 2)  # noqa: PLR2004 - short words - word lengths


def _distance_at_most(one: str, other: str, limit: int) -> bool:
    """Edit distance with neighbours swapped, cut off at `limit`."""
    if abs(len(one) - len(other)) > limit:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        new = [i]
        for j, right in enumerate(other, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > limit:
            return False
        before, row = row, new
    return row[-1] <= limit


def _snowball(token: str, language: str) -> str:
    """Stem by Snowball; a stemmer keeps the word it works on, so each thread has its own."""
    stemmers: dict[str, Any] = _local.__dict__
    if language not in stemmers:
        stemmers[language] = snowballstemmer.stemmer(_SNOWBALL.get(language, "portuguese"))
    return str(stemmers[language].stemWord(token))
