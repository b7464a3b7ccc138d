import { get } from "../../../api/http";
import { dateTime, day, number, timeOfDay } from "../../../i18n";
import { Empty, Loading, Panel } from "../../../ui/basics";
import { ProblemNote } from "../../../ui/form";
import { Icon, type IconName } from "../../../ui/icon";
import { More } from "../../../ui/more";
import { useResource } from "../../../ui/resource";
import type { Page, TimelineStep } from "../../api/types";
import { count, has, t } from "../../i18n/box";

const ICONS: Record<string, IconName> = {
  enrolled: "plus",
  sync: "refresh",
  epoch: "receipt",
  quarantine: "warning",
  fork: "warning",
  audit: "search",
  document: "document",
  rotation: "key",
  move: "send",
  status: "hand",
  settings: "settings",
  alert: "bell",
};
const GRAVE = new Set(["quarantine", "fork", "alert"]);

/** What happened, in a sentence of the page's language. */
function words({ kind, facts }: TimelineStep): string {
  if (kind === "sync" && typeof facts.events === "number") {
    const range = { from: String(facts.from), to: String(facts.to), epoch: String(facts.epoch) };
    return `${count("sync.events", facts.events)}: ${t("sync.range", range)}`;
  }
  return Object.entries(facts)
    .filter(([, value]) => value !== "" && value !== null)
    .map(([name, value]) => (name === "alert" ? alertName(value) : fact(name, value)))
    .join(" · ");
}

function alertName(value: unknown): string {
  const key = `alert.${String(value)}`;
  return has(key) ? t(key) : String(value);
}

/** A fact by its name in the page's language, where the page knows it. */
function fact(name: string, value: unknown): string {
  const key = `life.${name}`;
  const word = `life.${name}.${String(value)}`;
  return `${has(key) ? t(key) : name}: ${has(word) ? t(word) : written(value)}`;
}

function written(value: unknown): string {
  if (typeof value === "number") return number(value);
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return dateTime(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function Step({ step }: { step: TimelineStep }) {
  const key = `step.${step.kind}`;
  return (
    <li class={GRAVE.has(step.kind) ? "life-step grave" : "life-step"}>
      <span class="step-icon">
        <Icon name={ICONS[step.kind] ?? "clock"} size={16} />
      </span>
      <div>
        <b>{has(key) ? t(key) : step.kind}</b>
        <small>
          <time dateTime={step.at}>{timeOfDay(step.at)}</time>
          {step.actor && ` · ${t("timeline.by", { who: step.actor })}`}
        </small>
        <p>{words(step)}</p>
      </div>
    </li>
  );
}

/** The steps of each day, in their order. */
function byDay(steps: TimelineStep[]): [string, TimelineStep[]][] {
  const days = new Map<string, TimelineStep[]>();
  for (const step of steps) {
    const name = day(step.at);
    days.set(name, [...(days.get(name) ?? []), step]);
  }
  return [...days];
}

/** Everything that happened to a box, newest first. */
export function Timeline({ id }: { id: string }) {
  const path = `/api/devices/${id}/timeline?limit=50`;
  const steps = useResource(path, () => get<Page<TimelineStep>>(path));
  const items = steps.data?.items;
  return (
    <Panel title={t("box.timeline")} icon="clock">
      <ProblemNote problem={steps.problem} />
      {!items && !steps.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="clock" title={t("timeline.none")} text={t("timeline.noneText")} />
      )}
      {byDay(items ?? []).map(([name, found]) => (
        <section key={name} class="life-day">
          <h3>{name}</h3>
          <ol class="life">
            {found.map((step, index) => (
              <Step key={`${step.at}${step.kind}${index}`} step={step} />
            ))}
          </ol>
        </section>
      ))}
      <More list={steps} path={path} />
    </Panel>
  );
}
