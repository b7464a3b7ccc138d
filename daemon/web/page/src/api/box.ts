/** What GET /system and GET /health/ready say, in the page's own words. */
import { get, headers } from "./http";

export interface Cause {
  code: string;
  message: string;
}

export interface Child {
  name: string;
  state: string;
  restarts?: number | null;
}

export interface Box {
  version: string;
  uptimeSeconds: number;
  children: Child[];
  models: { language?: string | null; embedding?: string | null };
  queue: { ready: number; parked: number };
  disk: { freeBytes: number; totalBytes: number };
}

/** GET /system. */
export const system = (): Promise<Box> => get<Box>("/system");

/** Why the box is not ready; none when it is. 503 is an answer here, not an error. */
export async function causes(): Promise<Cause[]> {
  const response = await fetch("/health/ready", { headers: headers() });
  const body = (await response.json()) as { causes?: Cause[] };
  return body.causes ?? [];
}
