/** One way to call the daemon: the tenant header, JSON in and out, problems as `Problem`. */
import { signal } from "@preact/signals";
import { language } from "../i18n";
import { asProblem, Problem, type ProblemBody } from "./problem";

/** The tenant of this box, from GET /auth/state. Every private route wants it. */
export const tenantId = signal("");

/** Called when the daemon no longer knows who we are. Set by the session. */
export const onSignedOut: { call: () => void } = { call: () => undefined };

/** The headers that every call carries. */
export function headers(extra: Record<string, string> = {}): Record<string, string> {
  return {
    accept: "application/json",
    "accept-language": language.value === "en" ? "en" : "pt-BR",
    ...(tenantId.value ? { "x-tenant-id": tenantId.value } : {}),
    ...extra,
  };
}

/** Throw the problem that a failed response describes. */
export async function failure(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as ProblemBody;
  const problem = asProblem(response.status, body);
  if (response.status === 401 && !response.url.includes("/auth/")) onSignedOut.call();
  return problem;
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, headers: headers(), credentials: "same-origin" };
  if (body !== undefined) {
    init.headers = headers({ "content-type": "application/json" });
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init).catch(() => {
    throw new Problem(0, "offline", "");
  });
  if (!response.ok) throw await failure(response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export const get = <T>(path: string) => call<T>("GET", path);
export const post = <T>(path: string, body?: unknown) => call<T>("POST", path, body ?? {});
export const patch = <T>(path: string, body: unknown) => call<T>("PATCH", path, body);
export const put = <T>(path: string, body: unknown) => call<T>("PUT", path, body);
export const del = (path: string) => call<unknown>("DELETE", path);

/** A query string of the values that are set. */
export function query(values: Record<string, string | number | undefined | null>): string {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(
    set.filter(([, value]) => value !== "").map(([name, value]) => [name, String(value)]),
  ).toString();
  return text ? `?${text}` : "";
}
