"""A message as the bridge is asked to send it; see `bridge/PROTOCOL.md`, "send"."""

from typing import Any

from .domain import OutgoingMessage


def request_of(message: OutgoingMessage, to: str, secret: str | None) -> dict[str, Any]:
    """Return the request; `secret` is what the votes of a poll are sealed with."""
    request: dict[str, Any] = {
        "messageId": message.wa_message_id,
        "to": to,
        "kind": message.kind,
        "text": message.text,
        **_facts(message, secret),
    }
    if (media := message.media) is not None:
        request["media"] = {
            "path": media.path,
            "mime": media.mime,
            "name": media.name,
            "seconds": media.seconds,
            "ptt": media.ptt,
        }
    if message.quoted_id is not None:
        request["quoted"] = {
            "id": message.quoted_id,
            "fromMe": message.quoted_from_me,
            "text": message.quoted_text,
        }
    return request


def _facts(message: OutgoingMessage, secret: str | None) -> dict[str, Any]:
    details = message.details
    match message.kind:
        case "poll":
            return {"poll": {**details["poll"], "secret": secret}}
        case "location":
            return {"location": details["location"]}
        case "contact":
            cards = [{"name": card["name"], "vcard": card["vcard"]} for card in details["contacts"]]
            return {"contacts": cards}
        case "reaction":
            reaction = {
                "target": message.target_id,
                "fromMe": message.target_from_me,
                "emoji": details.get("emoji"),
            }
            return {"reaction": reaction}
        case _:
            return {}
