/** What GET /system and GET /health/ready say. */
import { get, headers } from "./http";

export interface Cause {
  code: string;
  message: string;
  /** Whether it keeps the box from being ready, or only deserves a look. */
  blocking: boolean;
}

/** A supervised part of the box: a model, the WhatsApp bridge. */
export interface Part {
  name: string;
  state: string;
  since: string;
  reason: string | null;
  restarts: number;
}

export interface Box {
  version: string;
  uptimeSeconds: number;
  parts: Part[];
  jobs: { waiting?: number; leased?: number; parked?: number };
  diskFreeBytes: number;
  databaseBytes: number;
  model: { id?: string; name?: string } | null;
}

/** GET /system. */
export const system = (): Promise<Box> => get<Box>("/system");

/** What keeps the box from being ready or deserves a look. 503 is an answer here, not an error. */
export async function causes(): Promise<Cause[]> {
  const response = await fetch("/health/ready", { headers: headers() });
  const body = (await response.json()) as { causes?: Cause[] };
  return body.causes ?? [];
}
