/** The content of a publication: what forms write, what is wrong with it, what it changes. */
import { get, post } from "../../../api/http";
import { Problem } from "../../../api/problem";
import { language } from "../../../i18n";
import type { Contents, Published, Rollout } from "../../api/types";
import { t } from "../../i18n/publishing";

export type Kind = Published["kind"];
export type Body = Record<string, unknown>;

/** What a form of a content is given. */
export interface FormProps {
  body: Body;
  /** The new body, or how it comes from the one of that moment: a file takes its time. */
  onChange: (change: Body | ((now: Body) => Body)) => void;
  problem: Problem | null;
  told: Contents;
}

/** The body with one value more; an empty one is left out. */
export function withValue(body: Body, name: string, value: unknown): Body {
  const rest = Object.fromEntries(Object.entries(body).filter(([one]) => one !== name));
  return value === "" || value === undefined ? rest : { ...rest, [name]: value };
}

export const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** A number as a field holds it: what is no number stays what somebody wrote, to be refused. */
export const asNumber = (value: string): unknown =>
  value.trim() === "" || Number.isNaN(Number(value)) ? value.trim() : Number(value);

/** What is wrong at a place, or anywhere below it. */
export function wrongAt(problem: Problem | null, place: string): string | undefined {
  const found = Object.entries(problem?.fields ?? {}).find(
    ([field]) => field === place || field.startsWith(`${place}.`),
  );
  return found?.[1];
}

/** Ask what boxes would refuse. Throws the problem that names each field. */
export async function check(kind: Kind, body: Body): Promise<void> {
  const { problems } = await post<{
    problems: { field: string; problem: string; problemPt: string }[];
  }>("/api/contents/check", { kind, body });
  if (problems.length === 0) return;
  const words = problems.map(({ field, problem, problemPt }): [string, string] => [
    field,
    language.value === "en" ? problem : problemPt,
  ]);
  throw new Problem(422, "bad_content", t("publish.wrong"), undefined, Object.fromEntries(words));
}

/** The content as an object. Throws the problem that marks its field. */
export function parsed(written: string): Body {
  const refuse = (reason: string) => {
    const words = t("documents.badJson", { reason });
    return new Problem(400, "bad_input", words, "body", { body: words });
  };
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : "");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse(written.slice(0, 40));
  return value as Body;
}

/** For whom a publication is; empty ids mean all of that level. */
export interface Audience {
  resellerId: string;
  tenantId: string;
  deviceId: string;
}

const levels = (one: Audience) =>
  [one.resellerId, one.tenantId, one.deviceId].filter(Boolean).length;

/** The publication that boxes of an audience follow now, as they choose it: the closest, newest. */
export function followed(all: Published[], kind: Kind, whom: Audience): Published | undefined {
  const fits = (own: string, theirs: string) => own === "" || own === theirs;
  return all
    .filter(
      (one) =>
        one.kind === kind &&
        one.state === "running" &&
        one.percent > 0 &&
        fits(one.resellerId, whom.resellerId) &&
        fits(one.tenantId, whom.tenantId) &&
        fits(one.deviceId, whom.deviceId),
    )
    .sort((a, b) => levels(b) - levels(a) || b.createdAt.localeCompare(a.createdAt))[0];
}

export const rolloutOf = (id: string) => get<Rollout>(`/api/documents/${id}`);

export interface Change {
  place: string;
  before: string;
  after: string;
}

function flat(value: unknown, place: string, into: Map<string, string>): Map<string, string> {
  if (typeof value === "object" && value !== null) {
    const named = Array.isArray(value)
      ? value.map((one: unknown, n): [string, unknown] => [nameOf(one, n), one])
      : Object.entries(value);
    for (const [name, one] of named) flat(one, place ? `${place}.${name}` : name, into);
  } else if (value !== undefined) into.set(place, text(value) || JSON.stringify(value));
  return into;
}

/** Rows of a list are known by their id, so that one more on top is one change, not all. */
function nameOf(one: unknown, n: number): string {
  const id = typeof one === "object" && one !== null ? (one as Body).id : undefined;
  if (typeof one === "string") return one;
  return typeof id === "string" && id ? id : String(n + 1);
}

/** What a new content changes of an old one, place by place. */
export function changes(before: Body, after: Body): Change[] {
  const old = flat(before, "", new Map());
  const fresh = flat(after, "", new Map());
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .sort()
    .map((place) => ({ place, before: old.get(place) ?? "", after: fresh.get(place) ?? "" }))
    .filter((one) => one.before !== one.after);
}
