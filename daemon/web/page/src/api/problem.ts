/** Errors of the daemon, as the page handles them. */

/** An error from the daemon (RFC 9457), or a network failure with `status` 0. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly field?: string,
    /** Messages by field, where the daemon named several at once. */
    readonly fields: Record<string, string> = {},
  ) {
    super(detail);
  }
}

export interface ProblemBody {
  code?: string;
  title?: string;
  detail?: string;
  field?: string | null;
  errors?: { field?: string; message?: string; detail?: string }[];
}

/** Turn a problem+json body into a `Problem`, whatever of it is there. */
export function asProblem(status: number, body: ProblemBody): Problem {
  const fields: Record<string, string> = {};
  for (const error of body.errors ?? []) {
    if (error.field) fields[error.field] = error.detail ?? error.message ?? "";
  }
  const detail = body.detail ?? body.title ?? `HTTP ${status}`;
  const field = body.field ?? Object.keys(fields)[0];
  if (field && !(field in fields)) fields[field] = detail;
  return new Problem(status, body.code ?? "unknown", detail, field, fields);
}
