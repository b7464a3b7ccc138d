/** The resellers, for filters and forms: few, and fetched once. */
import { get } from "../../api/http";
import { useResource } from "../../ui/resource";
import type { Reseller, Whole } from "../api/types";
import { t } from "../i18n";
import { ofPlatform } from "../session";

export function useResellers(): Reseller[] {
  const found = useResource("resellers", () =>
    ofPlatform.value
      ? get<Whole<Reseller>>("/api/resellers")
      : Promise.resolve({ items: [] as Reseller[] }),
  );
  return found.data?.items ?? [];
}

/** Options for a choice among all resellers or one. */
export const resellerOptions = (found: Reseller[]): [string, string][] => [
  ["", t("everyone")],
  ...found.map(({ id, name }): [string, string] => [id, name]),
];
