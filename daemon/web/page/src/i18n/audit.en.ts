/** The audit. */
import type { pt } from "./audit.pt";

export const en: Record<keyof typeof pt, string> = {
  "audit.none": "No act fits this filter",
  "audit.noneText":
    "Each change made by a person, a key or the terminal stays here, and cannot be erased.",
  "audit.who": "Who (id)",
  "audit.act": "Act",
  "audit.actHint": "E.g. agents.create",
  "audit.object": "On what (id)",
  "audit.start": "From",
  "audit.end": "Until",
  "audit.csv": "Download CSV",
  "audit.ndjson": "Download JSON",
  "audit.user": "person",
  "audit.key": "key",
  "audit.cli": "terminal",
  "audit.anonymous": "nobody known",
  "audit.done": "done",
  "audit.refused": "refused",
  "audit.failed": "failed",
  "audit.unknown": "no outcome",
  "audit.details": "Details",
  "audit.fields": "Fields: {what}",
  "audit.from": "from {address}",
  "audit.proof": "Link of the chain",
};
