import type { Board, Rate } from "../../api/dashboard";
import { number, percent, pointName, seconds, shortNumber } from "../../i18n";
import { count, t } from "../../i18n/dashboard";
import { Badge, Panel } from "../../ui/basics";
import { Chart } from "../../ui/chart";
import { Stat, Stats } from "../../ui/stat";
import { Heat } from "../metrics/heat";
import { topicName } from "../metrics/stems";

function Numbers({ board }: { board: Board }) {
  const { messages, service } = board;
  const before = (value: string) => t("board.before", { value });
  const share = (rate: Rate) => ({
    value: percent(rate.value, 1),
    note: before(percent(rate.previous, 1)),
  });
  const first = service.firstResponseP50Seconds;
  return (
    <Stats>
      <Stat
        label={t("board.received")}
        value={number(messages.received.value)}
        change={messages.received.change}
      />
      <Stat
        label={t("board.cases")}
        value={number(service.cases.value)}
        change={service.cases.change}
      />
      <Stat label={t("board.containment")} {...share(service.containmentRate)} />
      <Stat label={t("board.handover")} {...share(service.handoverRate)} />
      <Stat
        label={t("board.first")}
        value={seconds(first.value)}
        note={before(seconds(first.previous))}
      />
      <Stat label={t("board.refusal")} {...share(service.refusalRate)} />
      {service.csat && (
        <Stat
          label={t("board.csat")}
          value={number(service.csat.score, 1)}
          note={count("board.csatOf", service.csat.answers)}
        />
      )}
    </Stats>
  );
}

function Topics({ topics }: { topics: Board["topics"] }) {
  return (
    <Panel
      title={t("board.topics")}
      icon="faq"
      actions={topics.length > 0 && <a href="#/metrics/topics">{t("board.topicsAll")}</a>}
    >
      {topics.length === 0 && <p class="quiet-note">{t("board.noTopics")}</p>}
      <ol class="rows">
        {topics.slice(0, 6).map((topic) => (
          <li key={topic.example} class="list-row">
            <span>
              <b>{topicName(topic.stems, [topic.example])}</b>
              <small>{topic.example}</small>
            </span>
            <Badge tone="warn">{number(topic.questions)}</Badge>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** How customers are served. */
export function Service({ board }: { board: Board }) {
  const { messages } = board;
  return (
    <>
      <section aria-label={t("board.service")}>
        <Numbers board={board} />
      </section>
      <Panel title={t("board.messages")} icon="chat">
        <Chart
          title={t("board.messages")}
          labels={messages.items.map((point) => pointName(point.start, messages.granularity))}
          series={[
            {
              label: t("board.received"),
              tone: "accent",
              values: messages.items.map((point) => point.received),
            },
            {
              label: t("board.sent"),
              tone: "c3",
              values: messages.items.map((point) => point.sent),
            },
          ]}
          format={number}
          axis={shortNumber}
          height={200}
        />
      </Panel>
      <div class="split">
        <Panel title={t("board.hours")} icon="clock">
          <Heat items={board.hours.items} />
        </Panel>
        <Topics topics={board.topics} />
      </div>
    </>
  );
}
