"""What a person is given to read: their data as one page, and the certificate of its erasure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from .domain import Erasure, Language
from .words import PLACES, WORDS

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1b1f;background:#fff}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;"
    "border-bottom:1px solid #ddd}table{border-collapse:collapse;width:100%}td,th{text-align:left;"
    "vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #eee;overflow-wrap:anywhere}"
    ".say{margin:.4rem 0;padding:.4rem .7rem;border-radius:.6rem;background:#f1f1f4;"
    "max-width:44rem;white-space:pre-wrap}.me{background:#e3f3ea;margin-left:3rem}"
    "small{color:#555}code{overflow-wrap:anywhere}"
)


@dataclass(frozen=True)
class Names:
    """What the files in an export are called."""

    data: str
    page: str
    media: str


NAMES: Mapping[str, Names] = {
    "pt-BR": Names("dados.json", "leia.html", "arquivos"),
    "en": Names("data.json", "read.html", "files"),
}


def flat(name: str) -> str:
    """Return the name of a media file in an export: sessions are nobody's business."""
    return PurePosixPath(name).name


def page(
    data: Mapping[str, Any], language: Language, zone: ZoneInfo, at: datetime, files: set[str]
) -> str:
    """Write a person's data as a page."""
    words, place = WORDS[language], data["conversations"]
    contact = place["contact"]
    shown = {words[name]: _value(contact.get(name)) for name in CONTACT if contact.get(name)}
    parts = [
        f"<h1>{escape(words['title'])}</h1>",
        f"<p><small>{escape(words['made'].format(at=_when(at.isoformat(), zone)))}</small></p>",
        _table(shown.items()),
        f"<h2>{escape(words['chats'])}</h2>",
    ]
    for chat in place["conversations"]:
        lines = [one for one in place["messages"] if one["conversation_id"] == chat["id"]]
        parts += [_line(one, language, zone, files) for one in lines]
    known = {chat["id"] for chat in place["conversations"]}
    groups = [one for one in place["messages"] if one["conversation_id"] not in known]
    if groups:
        parts.append(f"<h2>{escape(words['groups'])}</h2>")
        parts += [_line(one, language, zone, files) for one in groups]
    for name, found in data.items():
        if name != "conversations" and found:
            parts.append(f"<h2>{escape(PLACES[language][name])}</h2>")
            parts += [_table((key, _value(value)) for key, value in one.items()) for one in found]
    return _document(words["title"], language, "".join(parts))


def certificate(erasure: Erasure, language: Language, zone: ZoneInfo, issuer: str) -> str:
    """Write the certificate of an erasure; it names nobody."""
    words, result = WORDS[language], erasure.result
    ended = erasure.finished_at
    head = {
        words["certificate.by"]: issuer,
        words["certificate.id"]: erasure.id,
        words["certificate.asked"]: _when(erasure.created_at.isoformat(), zone),
        words["certificate.done"]: "" if ended is None else _when(ended.isoformat(), zone),
        words["certificate.who"]: ", ".join(erasure.pseudonyms),
        words["certificate.hash"]: erasure.digest or "",
    }
    rows = [(PLACES[language][one.place], f"{one.erased}") for one in result.counts]
    rows.append((words["certificate.files"], f"{result.files}"))
    notes = [words[f"kept.{one.place}"] for one in result.counts if one.kept]
    notes += [words["certificate.figures"], words["certificate.backups"]]
    if result.outside:
        notes.append(words["certificate.outside"].format(names=", ".join(result.outside)))
    left = sum(result.remaining.values())
    found = "certificate.clean" if not left else "certificate.left"
    searched = words[found].format(hits=left, files=", ".join(result.remaining))
    body = (
        f"<h1>{escape(words['certificate.title'])}</h1>{_table(head.items())}"
        f"<h2>{escape(words['certificate.counts'])}</h2>{_table(rows)}"
        f"<h2>{escape(words['certificate.search'])}</h2><p>{escape(searched)}</p>"
        f"<h2>{escape(words['certificate.notes'])}</h2>"
        f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>"
    )
    return _document(words["certificate.title"], language, body)


CONTACT = ("name", "phone", "email", "tags", "fields", "opt_in_at", "created_at")


def _line(line: Mapping[str, Any], language: str, zone: ZoneInfo, files: set[str]) -> str:
    words, media = WORDS[language], line["media"] or {}
    text, link = escape(line["text"]), ""
    if (path := media.get("path")) in files:
        name = escape(f"{NAMES[language].media}/{flat(path)}", quote=True)
        link = f'<br><a href="{name}">{escape(media.get("name") or line["kind"])}</a>'
    who = words[f"author.{line['author']}"]
    mine = " me" if line["from_me"] else ""
    head = f"<small>{_when(line['at'], zone)} · {escape(who)}</small>"
    return f'<div class="say{mine}">{head}<br>{text}{link}</div>'


def _table(rows: Any) -> str:
    cells = (f"<tr><th>{escape(str(key))}</th><td>{escape(value)}</td></tr>" for key, value in rows)
    return f"<table>{''.join(cells)}</table>"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_value(one)}" for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_value(one) for one in value)
    return "" if value is None else str(value)


def _when(text: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"


def _document(title: str, language: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )
