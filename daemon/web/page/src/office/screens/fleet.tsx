import { useEffect, useState } from "preact/hooks";
import { get, query as asQuery } from "../../api/http";
import { go } from "../../router";
import { Button, ButtonLink, Empty, Loading, PageHead } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { HEALTH, LICENCES, WHATSAPP, type FleetBox, type FleetMap, type Page } from "../api/types";
import { count, t } from "../i18n";
import { Export } from "../parts/export";
import { FleetTable } from "../parts/fleet-table";
import { Pick } from "../parts/pick";
import { resellerOptions, useResellers } from "../parts/resellers";
import { mayWrite, ofPlatform } from "../session";

const FILTERS = [
  "q",
  "health",
  "whatsapp",
  "licence",
  "version",
  "resellerId",
  "tenantId",
] as const;
const SORTS = ["id", "-id", "seenAt", "-seenAt", "version", "-version", "label", "-label"] as const;
const TYPING_MS = 300;

type Asked = Partial<Record<(typeof FILTERS)[number] | "sort", string>>;

function read(query: URLSearchParams): Asked {
  const names = [...FILTERS, "sort"] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = query.get(name);
      return value ? [[name, value]] : [];
    }),
  );
}

function Search({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <label>
      {t("fleet.search")}
      <input
        type="search"
        value={text}
        placeholder={t("fleet.searchHint")}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}

function Filters({ asked, counts }: { asked: Asked; counts: FleetMap | null }) {
  const resellers = useResellers();
  const set = (name: keyof Asked) => (value: string) =>
    go(`/${asQuery({ ...asked, [name]: value })}`, { replace: true });
  const of = (name: keyof Asked) => ({ value: asked[name] ?? "", onChange: set(name) });
  const all: [string, string] = ["", t("fleet.all")];
  const versions = (counts?.versions ?? []).flatMap(({ version, count: n }): [string, string][] =>
    version ? [[version, `${version} (${n})`]] : [],
  );
  if (asked.version && !versions.some(([version]) => version === asked.version))
    versions.push([asked.version, asked.version]);
  const [open, setOpen] = useState(false);
  return (
    <form
      class={open ? "filters fleet-filters open" : "filters fleet-filters"}
      onSubmit={(event) => event.preventDefault()}
    >
      <Search {...of("q")} />
      <button type="button" class="button fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="filter" />
        {t("fleet.filters")}
      </button>
      <Pick
        label={t("column.health")}
        {...of("health")}
        options={[all, ...HEALTH.map((one): [string, string] => [one, t(`health.${one}`)])]}
      />
      <Pick
        label={t("column.whatsapp")}
        {...of("whatsapp")}
        options={[
          ["", t("fleet.allOf")],
          ...WHATSAPP.map((one): [string, string] => [one, t(`whatsapp.${one}`)]),
        ]}
      />
      <Pick label={t("column.version")} {...of("version")} options={[all, ...versions]} />
      <Pick
        label={t("column.licence")}
        {...of("licence")}
        options={[all, ...LICENCES.map((one): [string, string] => [one, t(`licence.${one}`)])]}
      />
      {ofPlatform.value && (
        <Pick
          label={t("column.reseller")}
          {...of("resellerId")}
          options={resellerOptions(resellers)}
        />
      )}
      <Pick
        class="order"
        label={t("fleet.sort")}
        value={asked.sort ?? "id"}
        onChange={set("sort")}
        options={SORTS.map((one): [string, string] => [one, t(`sort.${one}`)])}
      />
    </form>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <Empty icon="filter" title={t("fleet.none")} text={t("fleet.noneText")}>
        <ButtonLink href="#/">{t("fleet.clear")}</ButtonLink>
      </Empty>
    );
  }
  return (
    <Empty icon="chip" title={t("fleet.empty")} text={t("fleet.emptyText")}>
      {mayWrite.value && (
        <ButtonLink href="#/tenants" icon="plus" kind="primary">
          {t("fleet.enrol")}
        </ButtonLink>
      )}
    </Empty>
  );
}

/** Every box in one table; the address holds the filters, so that a view can be passed on. */
export function Fleet({ query }: { query: URLSearchParams }) {
  const asked = read(query);
  const { sort = "id", ...filters } = asked;
  const filtered = Object.keys(filters).length;
  const path = `/api/fleet${asQuery({ ...asked, limit: 50 })}`;
  const boxes = useResource(path, () => get<Page<FleetBox>>(path));
  const whole = `/api/fleet/map${asQuery({ resellerId: asked.resellerId, tenantId: asked.tenantId, cells: "reseller" })}`;
  const counts = useResource(whole, () => get<FleetMap>(whole));
  const items = boxes.data?.items;
  return (
    <>
      <PageHead title={t("fleet.title")} lead={t("fleet.lead")}>
        <Export what="fleet" title={t("fleet.title")} filters={filters} />
        <Button
          small
          icon="refresh"
          label={t("common.refresh")}
          onClick={() => {
            boxes.reload();
            counts.reload();
          }}
        />
      </PageHead>
      <Filters asked={asked} counts={counts.data} />
      <p class="table-note">
        {counts.data && count("fleet.count", counts.data.total)}
        {filtered > 0 && (
          <a href="#/" class="clear">
            {t("fleet.clear")} ({filtered})
          </a>
        )}
      </p>
      <ProblemNote problem={boxes.problem} />
      {!items && !boxes.problem && <Loading />}
      {items?.length === 0 && (
        <section class="panel">
          <Nothing filtered={filtered > 0} />
        </section>
      )}
      {items && items.length > 0 && <FleetTable boxes={items} sort={sort} asked={asked} />}
      <div class="actions foot">
        <More list={boxes} path={path} />
      </div>
    </>
  );
}
