import { signal } from "@preact/signals";
import { get } from "../../api/http";
import type { Agent, Page } from "../../api/types";
import { t as c } from "../../i18n/charts";
import { t } from "../../i18n/metrics";
import {
  granularities,
  periodOf,
  usualGranularity,
  type Granularity,
  type Period,
} from "../../period";
import { PageHead } from "../../ui/basics";
import type { IconName } from "../../ui/icon";
import { PeriodPicker } from "../../ui/period-picker";
import { useResource } from "../../ui/resource";
import { Tabs } from "../../ui/tabs";
import type { Asked } from "./asked";
import { HoursPanel } from "./hours";
import { MessagesPanel } from "./messages";
import { ServicePanel } from "./service";
import { TopicsPanel } from "./topics";
import { UsagePanel } from "./usage";

const TABS = [
  ["messages", "chat"],
  ["service", "hand"],
  ["topics", "faq"],
  ["hours", "clock"],
  ["usage", "trace"],
] as const satisfies [string, IconName][];

// What was asked for last stays while somebody goes from one part to the next and back.
const period = signal<Period>(periodOf("30"));
const granularity = signal<Granularity>("day");
const agentId = signal("");

function change(next: Period): void {
  period.value = next;
  if (!granularities(next).includes(granularity.value)) granularity.value = usualGranularity(next);
}

function Filters({ withGranularity }: { withGranularity: boolean }) {
  const agents = useResource("agents", () => get<Page<Agent>>("/agents?limit=200"));
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <PeriodPicker value={period.value} onChange={change} />
      <label>
        {c("period.agent")}
        <select
          value={agentId.value}
          onChange={(event) => (agentId.value = event.currentTarget.value)}
        >
          <option value="">{c("period.everyAgent")}</option>
          {agents.data?.items.map((agent) => (
            <option key={agent.id} value={agent.id}>
              {agent.name}
            </option>
          ))}
        </select>
      </label>
      {withGranularity && (
        <label>
          {c("period.granularity")}
          <select
            value={granularity.value}
            onChange={(event) => (granularity.value = event.currentTarget.value as Granularity)}
          >
            {granularities(period.value).map((one) => (
              <option key={one} value={one}>
                {c(`granularity.${one}`)}
              </option>
            ))}
          </select>
        </label>
      )}
    </form>
  );
}

function Part({ name, asked }: { name: string; asked: Asked }) {
  switch (name) {
    case "service":
      return <ServicePanel asked={asked} />;
    case "topics":
      return <TopicsPanel asked={asked} />;
    case "hours":
      return <HoursPanel asked={asked} />;
    case "usage":
      return <UsagePanel asked={asked} />;
    default:
      return <MessagesPanel asked={asked} />;
  }
}

/** Figures of messages and service, for a period and an agent. */
export function Metrics({ tab = "messages" }: { tab?: string | undefined }) {
  const { start, end } = period.value;
  const asked = { start, end, agentId: agentId.value, granularity: granularity.value };
  return (
    <>
      <PageHead title={t("metrics.title")} lead={t("metrics.lead")} />
      <Tabs
        label={t("metrics.title")}
        items={TABS.map(([name, icon]) => ({
          href: `#/metrics/${name}`,
          icon,
          text: t(`metrics.${name}`),
          current: name === tab,
        }))}
      />
      <Filters withGranularity={tab === "messages" || tab === "usage"} />
      <Part name={tab} asked={asked} />
    </>
  );
}
