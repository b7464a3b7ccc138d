/** Files that go to the daemon, and files made on the page. */
import { failure, headers } from "./http";
import { Problem } from "./problem";

/** Send a form with a file in it. */
export async function sendForm<T>(
  path: string,
  fields: Record<string, string | File>,
  method = "POST",
): Promise<T> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const response = await fetch(path, { method, headers: headers(), body }).catch(() => {
    throw new Problem(0, "offline", "");
  });
  if (!response.ok) throw await failure(response);
  return (await response.json()) as T;
}

/** Let the browser save what a request answers with. */
export async function saveAnswer(path: string, name: string, method = "GET"): Promise<void> {
  const response = await fetch(path, { method, headers: headers({ accept: "*/*" }) }).catch(() => {
    throw new Problem(0, "offline", "");
  });
  if (!response.ok) throw await failure(response);
  const told = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "");
  save(await response.blob(), told?.[1] ?? name);
}

/** Let the browser save a value as a JSON file. */
export function saveJson(value: unknown, name: string): void {
  save(new Blob([JSON.stringify(value, null, 2)], { type: "application/json" }), name);
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A file's text as JSON; `bad` is what is said of one that is not. */
export async function readJson(file: File, bad: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await file.text()) as Record<string, unknown>;
  } catch {
    throw new Problem(400, "bad_file", bad, "file", { file: bad });
  }
}
