/** What a report tells, and how: the same fields for one made at once and for a schedule. */
import { get } from "../../api/http";
import type { Problem } from "../../api/problem";
import { FORMATS, KINDS, OWNERS, TABLES, type Kind, type Wish } from "../../api/reports";
import type { Agent, Page } from "../../api/types";
import { language } from "../../i18n";
import { t as c } from "../../i18n/charts";
import { has, t } from "../../i18n/reports";
import { SelectField } from "../../ui/form";
import { useResource } from "../../ui/resource";

export const blank = (): Wish => ({
  kind: "conversations",
  format: "pdf",
  language: language.value === "pt" ? "pt-BR" : "en",
  table: null,
  filters: { agentId: null, owner: null },
});

interface Props {
  wish: Wish;
  onChange: (wish: Wish) => void;
  problem: Problem | null;
}

const tableName = (name: string) => {
  const key = `reports.table.${name}`;
  return has(key) ? t(key) : name;
};

export function WishFields({ wish, onChange, problem }: Props) {
  const agents = useResource("agents", () => get<Page<Agent>>("/agents?limit=200"));
  const set = (change: Partial<Wish>) => onChange({ ...wish, ...change });
  const { filters } = wish;
  // Another subject has other tables and filters.
  const turnTo = (kind: Kind) => set({ kind, table: null, filters: blank().filters });
  return (
    <>
      <SelectField
        label={t("reports.kind")}
        name="kind"
        value={wish.kind}
        onChange={(kind) => turnTo(kind as Kind)}
        options={KINDS.map((kind) => [kind, t(`reports.kind.${kind}`)])}
        problem={problem}
      />
      <SelectField
        label={t("reports.format")}
        name="format"
        value={wish.format}
        onChange={(format) => set({ format: format as Wish["format"] })}
        options={FORMATS.map((format) => [format, t(`reports.format.${format}`)])}
        problem={problem}
      />
      <SelectField
        label={t("reports.table")}
        name="table"
        value={wish.table ?? ""}
        onChange={(table) => set({ table: table || null })}
        options={[
          ["", t("reports.tableAll")],
          ...TABLES[wish.kind].map((name): [string, string] => [name, tableName(name)]),
        ]}
        problem={problem}
      />
      <SelectField
        label={t("reports.language")}
        name="language"
        value={wish.language}
        onChange={(code) => set({ language: code as Wish["language"] })}
        options={[
          ["pt-BR", t("language.pt")],
          ["en", t("language.en")],
        ]}
        problem={problem}
      />
      {wish.kind !== "finance" && (
        <SelectField
          label={c("period.agent")}
          name="filters.agentId"
          value={filters.agentId ?? ""}
          onChange={(id) => set({ filters: { ...filters, agentId: id || null } })}
          options={[
            ["", c("period.everyAgent")],
            ...(agents.data?.items ?? []).map(({ id, name }): [string, string] => [id, name]),
          ]}
          problem={problem}
        />
      )}
      {wish.kind === "conversations" && (
        <SelectField
          label={t("reports.owner")}
          name="filters.owner"
          value={filters.owner ?? ""}
          onChange={(owner) =>
            set({ filters: { ...filters, owner: (owner || null) as Wish["filters"]["owner"] } })
          }
          options={[
            ["", t("reports.anyOwner")],
            ...OWNERS.map((owner): [string, string] => [owner, t(`owner.${owner}`)]),
          ]}
          problem={problem}
        />
      )}
    </>
  );
}
