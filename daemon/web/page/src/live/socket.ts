/** The live link: one WebSocket, resumed from the last event seen, with back-off. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { query, tenantId } from "../api/http";
import { backoff } from "./backoff";

export interface LiveEvent {
  id: string | number;
  event: string;
  at: string;
  data: Record<string, unknown>;
}

export type LinkState = "off" | "connecting" | "live" | "reconnecting";

/** What the status light in the header shows. */
export const link = signal<LinkState>("off");

/** Called after each lost connection. Set by the session. */
export const onDropped: { call: () => void } = { call: () => undefined };

type Listener = (event: LiveEvent) => void;
const listeners = new Map<string, Set<Listener>>();

let socket: WebSocket | null = null;
let wanted = false;
let attempt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastId = "";

/** Connect and stay connected until `stop`. */
export function start(): void {
  wanted = true;
  if (!socket) connect();
}

/** Close for good, as at sign-out. */
export function stop(): void {
  wanted = false;
  clearTimeout(timer);
  socket?.close();
  socket = null;
  lastId = "";
  link.value = "off";
}

function connect(): void {
  clearTimeout(timer);
  link.value = attempt === 0 ? "connecting" : "reconnecting";
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const path = `/ws${query({ since: lastId, tenantId: tenantId.value })}`;
  const opened = new WebSocket(`${scheme}//${location.host}${path}`);
  socket = opened;
  opened.onopen = () => {
    const resumed = attempt > 0;
    attempt = 0;
    link.value = "live";
    // What fell out of the server's window while we were away is fetched again by the screens.
    if (resumed)
      emit({ id: lastId, event: "link.resumed", at: new Date().toISOString(), data: {} });
  };
  opened.onmessage = (message) => receive(String(message.data));
  opened.onclose = () => {
    if (socket !== opened) return;
    socket = null;
    if (!wanted) return;
    retry();
    onDropped.call(); // was it the network, or are we no longer signed in?
  };
}

function retry(): void {
  link.value = "reconnecting";
  timer = setTimeout(connect, backoff(attempt++));
}

function receive(text: string): void {
  const frame = JSON.parse(text) as Partial<LiveEvent>;
  if (!frame.event) return;
  if (frame.id !== undefined) lastId = String(frame.id);
  emit({ id: frame.id ?? "", event: frame.event, at: frame.at ?? "", data: frame.data ?? {} });
}

function emit(event: LiveEvent): void {
  for (const name of [event.event, "*"]) {
    listeners.get(name)?.forEach((listener) => listener(event));
  }
}

/** Hear the events of these names; returns how to stop hearing them. */
export function listen(names: string[], listener: Listener): () => void {
  for (const name of names) {
    const set = listeners.get(name) ?? new Set();
    listeners.set(name, set.add(listener));
  }
  return () => names.forEach((name) => listeners.get(name)?.delete(listener));
}

/** `listen` for the life of a component. `names` is a space-separated list. */
export function useLive(names: string, listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => listen(names.split(" "), (event) => latest.current(event)), [names]);
}

// A phone that wakes up, or a laptop that finds its network again, need not wait for the timer.
function hurry(): void {
  if (wanted && !socket) {
    attempt = Math.max(attempt, 1);
    connect();
  }
}
globalThis.addEventListener("online", hurry);
globalThis.document.addEventListener("visibilitychange", () => {
  if (!document.hidden) hurry();
});
