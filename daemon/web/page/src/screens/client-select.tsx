import type { Client } from "../api/finance";
import { get, query } from "../api/http";
import type { Problem } from "../api/problem";
import type { Page } from "../api/types";
import { t } from "../i18n/agents";
import { useClientNames } from "../state/names";
import { SelectField } from "../ui/form";
import { useResource } from "../ui/resource";

const PAGE = 200;
const MOST = 3000;

/** Every active client, by name: a box has some hundreds. */
async function allClients(): Promise<Client[]> {
  const found: Client[] = [];
  let cursor: string | null = null;
  do {
    const asked = query({ status: "active", limit: PAGE, cursor });
    const page: Page<Client> = await get<Page<Client>>(`/billing/clients${asked}`);
    found.push(...page.items);
    cursor = page.nextCursor ?? null;
  } while (cursor !== null && found.length < MOST);
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

interface Props {
  value: string | null;
  onChange: (clientId: string | null) => void;
  problem: Problem | null;
}

/** Whose an agent is. */
export function ClientSelect({ value, onChange, problem }: Props) {
  const clients = useResource("clients", allClients);
  const name = useClientNames([value]);
  const items = clients.data ?? [];
  const options = items.map((one): [string, string] => [one.id, one.name]);
  // Whoever it is stays in the list, archived or not there yet.
  if (value !== null && !items.some((one) => one.id === value)) options.push([value, name(value)]);
  return (
    <SelectField
      label={t("agent.client")}
      name="clientId"
      value={value ?? ""}
      onChange={(id) => onChange(id || null)}
      options={[["", t("agent.clientNone")], ...options]}
      hint={t("agent.clientHint")}
      problem={problem ?? clients.problem}
    />
  );
}
