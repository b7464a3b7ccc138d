/** How many alerts nobody looks after yet: the number beside their place. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get } from "../api/http";
import type { AlertCounts } from "./api/types";

const EVERY_MS = 60_000;

export const openAlerts = signal(0);

export async function countAlerts(): Promise<void> {
  const counts = await get<AlertCounts>("/api/alerts/counts").catch(() => null);
  if (counts) openAlerts.value = counts.open;
}

/** Count now, and each minute while somebody looks at the page. */
export function useAlertCounts(): void {
  useEffect(() => {
    void countAlerts();
    const timer = setInterval(() => {
      if (!document.hidden) void countAlerts();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
}
