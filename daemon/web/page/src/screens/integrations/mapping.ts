/** A mapping as the form holds it, and as the daemon does. */
import {
  METHODS,
  type Method,
  type ObjectKind,
  type ObjectMap,
  type PullMap,
  type RequestMap,
} from "../../api/integrations";
import { Problem } from "../../api/problem";
import { t } from "../../i18n/integrations";
import type { Pair } from "./pairs";

export interface RequestDraft {
  method: Method;
  path: string;
  /** Written as JSON, where dotted fields cannot say it. */
  json: boolean;
  fields: Pair[];
  body: string;
}

/** What comes back; invoices are made here. */
export const PULLED = ["contact", "deal"] as const satisfies ObjectKind[];
export type PulledKind = (typeof PULLED)[number];

export interface PullDraft {
  on: boolean;
  path: string;
  items: string;
  id: string;
  changed: string;
  next: string;
  everyMinutes: number;
  /** What is sent, read the other way round. */
  reversed: boolean;
  fields: Pair[];
}

export interface MapDraft {
  on: boolean;
  create: RequestDraft;
  updates: boolean;
  /** An update sends the fields of a creation. */
  same: boolean;
  update: RequestDraft;
  idPointer: string;
  pull: PullDraft;
}

type Step = string | number;

/** Each value of a template with its dotted path; null where one is no text or has no path. */
export function flat(template: unknown, steps: Step[] = []): Pair[] | null {
  if (typeof template === "string") return steps.length > 0 ? [[spelt(steps), template]] : null;
  if (typeof template !== "object" || template === null) return null;
  const inner: [Step, unknown][] = Array.isArray(template)
    ? template.map((item, place): [Step, unknown] => [place, item])
    : Object.entries(template);
  if (inner.length === 0 || (steps.length === 0 && Array.isArray(template))) return null;
  const found: Pair[] = [];
  for (const [step, item] of inner) {
    if (typeof step === "string" && /^(\d+|\s*)$|[[\]\\]/.test(step)) return null;
    const pairs = flat(item, [...steps, step]);
    if (!pairs) return null;
    found.push(...pairs);
  }
  return found;
}

const spelt = (steps: Step[]) =>
  steps
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step.replaceAll(".", "\\.")}`))
    .join("")
    .slice(1);

function requestOf(request: RequestMap | null | undefined, usual: RequestDraft): RequestDraft {
  if (!request) return usual;
  const { method = "POST", path, fields, body } = request;
  const pairs = fields ? (Object.entries(fields) as Pair[]) : flat(body);
  const json = !pairs && body !== null && body !== undefined;
  return {
    method,
    path,
    json,
    fields: pairs ?? [],
    body: json ? JSON.stringify(body, null, 2) : "",
  };
}

/** A mapping as a form shows it; `usual` where there is none yet. */
export function draftOf(map: ObjectMap | undefined, usual: MapDraft): MapDraft {
  if (!map) return { ...usual, on: false };
  const create = requestOf(map.create, usual.create);
  const update = requestOf(map.update, usual.update);
  const empty = update.fields.length === 0 && !update.json;
  return {
    on: true,
    create,
    updates: Boolean(map.update),
    same: !map.update || empty || bodyText(update) === bodyText(create),
    update,
    idPointer: map.idPointer ?? "/id",
    pull: pullOf(map.pull, usual.pull),
  };
}

function pullOf(pull: PullMap | null | undefined, usual: PullDraft): PullDraft {
  if (!pull) return usual;
  const { path, items, id, everyMinutes } = pull;
  const { changed, next, fields } = pull;
  return {
    on: true,
    path,
    items,
    id,
    changed: changed ?? "",
    next: next ?? "",
    everyMinutes,
    reversed: !fields,
    fields: fields ? Object.entries(fields) : usual.fields,
  };
}

const bodyText = ({ json, fields, body }: RequestDraft) => (json ? body : JSON.stringify(fields));

function wrong(field: string, words: string): never {
  throw new Problem(400, "bad_input", words, field, { [field]: words });
}

function fieldsOf(pairs: Pair[], field: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [target, source] of pairs.map(([one, other]) => [one.trim(), other.trim()])) {
    if (!target && !source) continue;
    if (!target || !source)
      wrong(field, t("crm.halfField", { name: [target, source].find(Boolean) ?? "" }));
    if (target in found) wrong(field, t("crm.twice", { name: target }));
    found[target] = source;
  }
  return found;
}

function asRequest(draft: RequestDraft, at: string, empty = false): RequestMap {
  const { method, path } = draft;
  if (empty) return { method, path };
  if (!draft.json) return { method, path, fields: fieldsOf(draft.fields, `${at}.fields`) };
  try {
    return { method, path, body: JSON.parse(draft.body) as unknown };
  } catch {
    return wrong(`${at}.body`, t("crm.badJson"));
  }
}

function asPull(draft: PullDraft, at: string): PullMap | null {
  const { on, path, items, id, everyMinutes } = draft;
  if (!on) return null;
  return {
    path,
    items,
    id,
    everyMinutes,
    changed: draft.changed || null,
    next: draft.next || null,
    fields: draft.reversed ? null : fieldsOf(draft.fields, `${at}.fields`),
  };
}

/** A mapping as the daemon takes it. Throws the problem that marks a field. */
export function mapOf(draft: MapDraft, at: string): ObjectMap {
  const { idPointer } = draft;
  const create = asRequest(draft.create, `${at}.create`);
  const pull = asPull(draft.pull, `${at}.pull`);
  if (!draft.updates) return { create, idPointer, pull };
  return { create, update: asRequest(draft.update, `${at}.update`, draft.same), idPointer, pull };
}

const request = (method: Method, path: string, fields: Pair[] = []): RequestDraft => ({
  method,
  path,
  json: false,
  fields,
  body: "",
});

const usual = (on: boolean, path: string, fields: Pair[], updates = true): MapDraft => ({
  on,
  create: request(METHODS[0], path, fields),
  updates,
  same: true,
  update: request("PUT", `${path}/{{/externalId}}`),
  idPointer: "/id",
  pull: {
    on: false,
    path: `${path}?since={{/since}}&page={{/page}}`,
    items: "/data",
    id: "/id",
    changed: "/updated_at",
    next: "",
    everyMinutes: 60,
    reversed: true,
    fields: fields.map(([theirs, ours]): Pair => [ours.slice(1), `/${theirs}`]),
  },
});

/** What most systems call things. */
export const USUAL: Record<ObjectKind, MapDraft> = {
  contact: usual(true, "/contacts", [
    ["name", "/name"],
    ["phone", "/phone"],
    ["email", "/email"],
  ]),
  deal: usual(false, "/deals", [
    ["title", "/title"],
    ["amount", "/value"],
    ["stage", "/stage"],
  ]),
  invoice: usual(
    false,
    "/invoices",
    [
      ["number", "/number"],
      ["total", "/total"],
      ["due", "/dueOn"],
    ],
    false,
  ),
};
