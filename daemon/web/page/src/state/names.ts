/** The names behind the ids of clients and plans, asked for once and shared by all screens. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { allPlans, type Client } from "../api/finance";
import { get } from "../api/http";
import type { Agent, Page } from "../api/types";

const names = signal<Record<string, string>>({});
const asked = new Set<string>();

/** Learn names that were fetched for another reason. */
export function learn(items: { id: string; name: string }[]): void {
  items.forEach(({ id }) => asked.add(id));
  names.value = { ...names.value, ...Object.fromEntries(items.map(({ id, name }) => [id, name])) };
}

async function askClients(ids: string[]): Promise<void> {
  // One page answers for most boxes; whoever is not on it is asked for by name.
  if (ids.length > 3) learn((await get<Page<Client>>("/billing/clients?limit=200")).items);
  const rest = ids.filter((id) => !(id in names.value));
  const found = await Promise.allSettled(
    rest.map((id) => get<Client>(`/billing/clients/${encodeURIComponent(id)}`)),
  );
  learn(found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
}

/** How a client is called, as soon as it is known. */
export function useClientNames(ids: (string | null)[]): (id: string | null) => string {
  const missing = [...new Set(ids)].filter((id) => id !== null && !asked.has(id)) as string[];
  const key = missing.join();
  useEffect(() => {
    const wanted = key.split(",").filter(Boolean);
    if (wanted.length === 0) return;
    wanted.forEach((id) => asked.add(id));
    askClients(wanted).catch(() => wanted.forEach((id) => asked.delete(id)));
  }, [key]);
  return (id) => (id === null ? "–" : (names.value[id] ?? "…"));
}

/** How a plan is called. */
export function usePlanNames(): (id: string) => string {
  return useNamesOf("plans", async () => (await allPlans()).items);
}

/** How an agent is called. */
export function useAgentNames(): (id: string) => string {
  return useNamesOf("agents", async () => (await get<Page<Agent>>("/agents?limit=200")).items);
}

function useNamesOf(
  what: string,
  fetcher: () => Promise<{ id: string; name: string }[]>,
): (id: string) => string {
  useEffect(() => {
    if (asked.has(what)) return;
    asked.add(what);
    fetcher().then(learn, () => asked.delete(what));
  });
  return (id) => names.value[id] ?? "…";
}
