/** The shapes of `/privacy`. */

export type State = "queued" | "running" | "ready" | "failed";

export interface Held {
  contactId: string;
  name: string | null;
  phone: string | null;
  conversations: number;
  messages: number;
  answers: number;
  files: number;
}

export interface Export {
  id: string;
  contactId: string;
  state: State;
  bytes: number;
  error: string | null;
  createdAt: string;
  finishedAt: string | null;
  expiresAt: string | null;
}

export interface Erasure {
  id: string;
  contactId: string;
  origin: "person" | "restore";
  state: State;
  progress: number;
  counts: { place: string; erased: number; kept: number }[];
  files: number;
  remaining: Record<string, number>;
  outside: string[];
  createdAt: string;
  finishedAt: string | null;
}

export const running = ({ state }: { state: State }) => state === "queued" || state === "running";
