import { useState } from "preact/hooks";
import { get, query } from "../../api/http";
import { ago, number } from "../../i18n";
import { Empty, Loading, PageHead, Panel } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { HEALTH, type Cell, type FleetMap } from "../api/types";
import { count, has, t } from "../i18n";
import { said, Shape } from "../parts/health";
import { Pick } from "../parts/pick";
import { resellerOptions, useResellers } from "../parts/resellers";
import { ofPlatform } from "../session";

const CELLS = ["", "reseller", "tenant", "box"] as const;
const SHOWN = 8;

type Asked = Record<"resellerId" | "cells", string>;

function Totals({ map, resellerId }: { map: FleetMap; resellerId: string }) {
  return (
    <ul class="totals" aria-label={t("map.legend")}>
      {HEALTH.map((state) => (
        <li key={state}>
          <a href={`#/${query({ health: state, resellerId })}`}>
            <Shape state={state} size={26} />
            <span>
              <b>{number(map.health[state])}</b>
              <small>{t(`health.${state}`)}</small>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function One({ cell }: { cell: Cell }) {
  const name = cell.name || cell.id;
  const text = t("map.box", { name, state: t(`health.${cell.worst}`) });
  return (
    <li>
      <a class="cell" href={`#/boxes/${cell.id}`} aria-label={text} title={text}>
        <Shape state={cell.worst} size={24} />
      </a>
    </li>
  );
}

function Several({ cell, kind }: { cell: Cell; kind: "reseller" | "tenant" }) {
  const name = cell.name || cell.id;
  const total = count("fleet.count", cell.total);
  const filter = kind === "reseller" ? { resellerId: cell.id } : { tenantId: cell.id };
  return (
    <li>
      <a
        class="cell several"
        href={`#/${query(filter)}`}
        aria-label={t("map.group", { name, total, state: t(`health.${cell.worst}`) })}
      >
        <span class="cell-head">
          <Shape state={cell.worst} size={20} />
          <b>{name}</b>
        </span>
        <span class="share" aria-hidden="true">
          {HEALTH.filter((state) => cell[state] > 0).map((state) => (
            <i key={state} class={state} style={{ "flex-grow": String(cell[state]) }} />
          ))}
        </span>
        <small>
          {total}
          {HEALTH.filter((state) => state !== "ok" && cell[state] > 0).map(
            (state) => ` · ${t(`letter.${state}`)} ${number(cell[state])}`,
          )}
        </small>
      </a>
    </li>
  );
}

const BOX = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

/** What the server chose to show, where it was left to it: a box's id is one of its own kind. */
function kindOf(map: FleetMap, cells: string): "reseller" | "tenant" | "box" {
  if (cells === "reseller" || cells === "tenant" || cells === "box") return cells;
  if (map.cells.every((cell) => BOX.test(cell.id))) return "box";
  return map.cells.every((cell) => cell.id === cell.resellerId) ? "reseller" : "tenant";
}

function Grid({ map, cells }: { map: FleetMap; cells: string }) {
  const kind = kindOf(map, cells);
  return (
    <Panel title={`${t("map.grid")}: ${t(`map.cells.${kind}`)}`} icon="globe">
      <ul class={kind === "box" ? "cells boxes" : "cells"}>
        {map.cells.map((cell) =>
          kind === "box" ? (
            <One key={cell.id} cell={cell} />
          ) : (
            <Several key={cell.id} cell={cell} kind={kind} />
          ),
        )}
      </ul>
      {map.cellsLeftOut > 0 && <p class="quiet-note">{count("map.left", map.cellsLeftOut)}</p>}
    </Panel>
  );
}

interface Counted {
  text: string;
  count: number;
  href?: string | undefined;
}

function Shares({ title, items }: { title: string; items: Counted[] }) {
  const total = Math.max(1, ...items.map((item) => item.count));
  const sorted = [...items].sort((one, other) => other.count - one.count);
  const rest = sorted.length - SHOWN;
  return (
    <Panel title={title}>
      <ul class="shares">
        {sorted.slice(0, SHOWN).map((item) => (
          <li key={item.text}>
            {item.href ? <a href={item.href}>{item.text}</a> : <span>{item.text}</span>}
            <b>{number(item.count)}</b>
            <span class="bar-track" aria-hidden="true">
              <i style={{ width: `${(100 * item.count) / total}%` }} />
            </span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p class="quiet-note">{count("map.others", rest)}</p>}
    </Panel>
  );
}

function named(prefix: string, value: string | null): string {
  const key = `${prefix}.${value ?? ""}`;
  return has(key) ? t(key) : said(value);
}

function Everything({ map, asked }: { map: FleetMap; asked: Asked }) {
  const { resellerId } = asked;
  const to = (name: string, value: string | null) =>
    value ? `#/${query({ [name]: value, resellerId })}` : undefined;
  return (
    <div class="stack">
      <Totals map={map} resellerId={resellerId} />
      <Grid map={map} cells={asked.cells} />
      <div class="quarters">
        <Shares
          title={t("map.whatsapp")}
          items={map.whatsapp.map(({ state, count: n }) => ({
            text: named("whatsapp", state),
            count: n,
            href: to("whatsapp", state),
          }))}
        />
        <Shares
          title={t("map.licences")}
          items={map.licences.map(({ state, count: n }) => ({
            text: named("licence", state),
            count: n,
            href: to("licence", state),
          }))}
        />
        <Shares
          title={t("map.versions")}
          items={map.versions.map(({ version, count: n }) => ({
            text: said(version),
            count: n,
            href: to("version", version),
          }))}
        />
        <Shares
          title={t("map.models")}
          items={map.models.map(({ model, count: n }) => ({
            text: said(model),
            count: n,
          }))}
        />
      </div>
    </div>
  );
}

/** The whole fleet at a glance, the worst first. */
export function MapScreen() {
  const [asked, setAsked] = useState<Asked>({ resellerId: "", cells: "" });
  const resellers = useResellers();
  const path = `/api/fleet/map${query(asked)}`;
  const map = useResource(path, () => get<FleetMap>(path));
  return (
    <>
      <PageHead title={t("map.title")} lead={t("map.lead")} />
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Pick
          label={t("map.cells")}
          value={asked.cells}
          onChange={(cells) => setAsked({ ...asked, cells })}
          options={CELLS.map((one): [string, string] => [one, t(`map.cells.${one}`)])}
        />
        {ofPlatform.value && (
          <Pick
            label={t("column.reseller")}
            value={asked.resellerId}
            onChange={(resellerId) => setAsked({ ...asked, resellerId })}
            options={resellerOptions(resellers)}
          />
        )}
      </form>
      <ProblemNote problem={map.problem} />
      {!map.data && !map.problem && <Loading />}
      {map.data?.total === 0 && (
        <Panel>
          <Empty icon="chip" title={t("fleet.empty")} text={t("fleet.emptyText")} />
        </Panel>
      )}
      {map.data && map.data.total > 0 && (
        <>
          <p class="table-note">
            {count("fleet.count", map.data.total)} · {t("map.at", { when: ago(map.data.at) })}
          </p>
          <Everything map={map.data} asked={asked} />
        </>
      )}
    </>
  );
}
