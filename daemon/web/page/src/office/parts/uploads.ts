/** Files on their way to the control plane: in parts, held and gone on with, also after a reload.
 *
 * The control plane keeps what came of a file by its hash and says where to go on. A browser may
 * not read a file again after a reload without its person, so then they choose it once more.
 */
import { signal } from "@preact/signals";
import { failure, get, headers, query } from "../../api/http";
import { Problem } from "../../api/problem";
import { Sha256 } from "../../sha256";
import { load, save } from "../../storage";
import { wordsFor } from "../../ui/form";
import { t } from "../i18n/uploads";

const KEPT = "office-uploads";
const HASHED = 2 * 1024 ** 2;
const LEAST_PART = 512 * 1024;
const MOST_PART = 8 * 1024 ** 2;
const LONGEST_WAIT_MS = 30_000;

export type UploadState = "hashing" | "sending" | "waiting" | "held" | "lost" | "failed";

export interface Upload {
  id: number;
  name: string;
  size: number;
  /** When the file was last changed: with name and size, it tells whether it is the same one. */
  changed: number;
  /** Empty until the whole file was read. */
  sha256: string;
  state: UploadState;
  /** Bytes read while hashing, then bytes that the control plane holds. */
  done: number;
  error: string;
}

/** What a finished upload is known by. */
export interface Sent {
  sha256: string;
  bytes: number;
  name: string;
}

interface Work {
  file: File;
  done: (sent: Sent) => void;
  stop: AbortController;
}

type Remembered = Pick<Upload, "name" | "size" | "changed" | "sha256">;
interface Held {
  complete: boolean;
  received: number;
}

let nextId = 1;
const work = new Map<number, Work>();
export const uploads = signal<Upload[]>(remembered());

function remembered(): Upload[] {
  try {
    const found = JSON.parse(load(KEPT) ?? "[]") as Remembered[];
    return found.map((one) => ({ ...one, id: nextId++, state: "lost", done: 0, error: "" }));
  } catch {
    return [];
  }
}

function change(id: number, part: Partial<Upload>): void {
  uploads.value = uploads.value.map((one) => (one.id === id ? { ...one, ...part } : one));
}

function remember(): void {
  const known = uploads.value.filter((one) => one.sha256 && one.state !== "failed");
  const kept = known.map(({ name, size, changed, sha256 }) => ({ name, size, changed, sha256 }));
  save(KEPT, JSON.stringify(kept));
}

const find = (id: number) => uploads.value.find((one) => one.id === id);

/** Ask how much of each file of an earlier visit is there. */
export async function askAboutLost(): Promise<void> {
  for (const one of uploads.value.filter(({ state }) => state === "lost")) {
    const held = await get<Held>(`/api/blobs/${one.sha256}`).catch(() => null);
    if (held?.complete) forget(one.id);
    else if (held) change(one.id, { done: held.received });
  }
}

/** Send a file; one that was on its way before goes on where it stopped. */
export function send(file: File, done: (sent: Sent) => void): void {
  if (file.size === 0) throw new Problem(400, "empty", t("uploads.empty", { name: file.name }));
  const before = uploads.value.find(
    (one) => one.state === "lost" && one.name === file.name && one.size === file.size,
  );
  const same = before?.changed === file.lastModified;
  const one: Upload = {
    id: before?.id ?? nextId++,
    name: file.name,
    size: file.size,
    changed: file.lastModified,
    sha256: before && same ? before.sha256 : "",
    state: "hashing",
    done: 0,
    error: "",
  };
  uploads.value = [...uploads.value.filter(({ id }) => id !== one.id), one];
  void begin(one.id, file, done);
}

/** Stop sending; what is there stays there. */
export function hold(id: number): void {
  work.get(id)?.stop.abort();
  change(id, { state: "held" });
}

/** Go on after a stop or a failure. */
export function goOn(id: number): void {
  const known = work.get(id);
  if (known) void begin(id, known.file, known.done);
}

/** Take it off the list. */
export function forget(id: number): void {
  work.get(id)?.stop.abort();
  work.delete(id);
  uploads.value = uploads.value.filter((one) => one.id !== id);
  remember();
}

async function begin(id: number, file: File, done: (sent: Sent) => void): Promise<void> {
  const stop = new AbortController();
  work.set(id, { file, done, stop });
  change(id, { error: "" });
  try {
    let sha256 = find(id)?.sha256 ?? "";
    if (!sha256) sha256 = await hashed(id, file, stop.signal);
    change(id, { sha256, state: "sending" });
    remember();
    await patiently(id, () => parts(id, file, sha256, stop.signal), stop.signal);
    done({ sha256, bytes: file.size, name: file.name });
    forget(id);
  } catch (error) {
    if (stop.signal.aborted) return;
    const unreadable = error instanceof DOMException;
    change(id, { state: "failed", error: unreadable ? t("uploads.unreadable") : wordsFor(error) });
  }
}

async function hashed(id: number, file: File, stop: AbortSignal): Promise<string> {
  const hash = new Sha256();
  change(id, { state: "hashing", done: 0 });
  for (let at = 0; at < file.size; at += HASHED) {
    hash.add(new Uint8Array(await file.slice(at, at + HASHED).arrayBuffer()));
    stop.throwIfAborted();
    change(id, { done: Math.min(file.size, at + HASHED) });
  }
  return hash.hex();
}

/** Try again what the link, or a busy control plane, broke off. */
async function patiently(id: number, run: () => Promise<void>, stop: AbortSignal): Promise<void> {
  for (let tries = 0; ; tries++) {
    const before = find(id)?.done ?? 0;
    try {
      return await run();
    } catch (error) {
      stop.throwIfAborted();
      const passing =
        error instanceof Problem &&
        (error.status === 0 ||
          error.status >= 500 ||
          error.status === 429 ||
          ["blob_busy", "blob_gap"].includes(error.code));
      if (!passing) throw error;
      if ((find(id)?.done ?? 0) > before) tries = 0;
      if (error.code !== "blob_gap") change(id, { state: "waiting" });
      await pause(Math.min(LONGEST_WAIT_MS, 1000 * 2 ** tries), stop);
      change(id, { state: "sending" });
    }
  }
}

const pause = (ms: number, stop: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new Problem(0, "held", ""));
    });
  });

async function parts(id: number, file: File, sha256: string, stop: AbortSignal): Promise<void> {
  const held = await get<Held>(`/api/blobs/${sha256}`);
  if (held.complete) return;
  const part = Math.max(LEAST_PART, Math.min(MOST_PART, Math.ceil(file.size / 100)));
  change(id, { done: held.received });
  for (let at = held.received; at < file.size; at += part) {
    const end = Math.min(file.size, at + part);
    try {
      await put(file, sha256, stop, [at, end]);
    } catch (error) {
      // Another reseller's people sent the same file: who sends all of it shows that they have it.
      if (!(error instanceof Problem) || error.code !== "blob_differs" || at > 0) throw error;
      await put(file, sha256, stop);
      return;
    }
    change(id, { done: end });
  }
}

async function put(
  file: File,
  sha256: string,
  stop: AbortSignal,
  part?: [number, number],
): Promise<void> {
  const path = `/api/blobs/${sha256}${query({ name: file.name.slice(0, 120) })}`;
  const kind = { "content-type": "application/octet-stream" };
  const range = part && { "content-range": `bytes ${part[0]}-${part[1] - 1}/${file.size}` };
  const body = part ? file.slice(...part) : file;
  const sent = headers({ ...kind, ...range });
  const response = await fetch(path, { method: "PUT", headers: sent, body, signal: stop }).catch(
    () => {
      throw new Problem(0, "offline", "");
    },
  );
  if (!response.ok) throw await failure(response);
}
