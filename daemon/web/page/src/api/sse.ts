/** Server-sent events over fetch: EventSource can neither POST nor send our tenant header. */
import { parseEvents, type ServerEvent } from "./events";
import { failure, headers } from "./http";
import { Problem } from "./problem";

/** POST and call `onEvent` for each event, until the server ends the stream. */
export async function postForEvents(
  path: string,
  body: unknown,
  onEvent: (event: ServerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(path, {
    method: "POST",
    headers: headers({ accept: "text/event-stream", "content-type": "application/json" }),
    credentials: "same-origin",
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw await failure(response);
  if (!response.body) throw new Problem(0, "offline", "");
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (value) buffer += decoder.decode(value, { stream: true });
    const parsed = parseEvents(done ? `${buffer}\n\n` : buffer);
    buffer = parsed.rest;
    parsed.events.forEach(onEvent);
    if (done) return;
  }
}
