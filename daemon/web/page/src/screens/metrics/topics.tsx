import { query } from "../../api/http";
import type { Topic, Topics } from "../../api/metrics";
import { ago } from "../../i18n";
import { count, t } from "../../i18n/metrics";
import { may } from "../../state/session";
import { Badge, Empty, Panel } from "../../ui/basics";
import { Figures, useFigures, type Asked } from "./asked";
import { topicName } from "./stems";

function TopicRow({ topic }: { topic: Topic }) {
  return (
    <li class="topic">
      <header>
        <h3>
          {topicName(
            topic.stems,
            topic.examples.map(({ question }) => question),
          )}
        </h3>
        <Badge tone="warn">{count("topics.questions", topic.questions)}</Badge>
        <small>
          {count("topics.conversations", topic.conversations)} ·{" "}
          {t("topics.last", { ago: ago(topic.lastAt) })}
        </small>
      </header>
      <ul>
        {topic.examples.map((example) => (
          <li key={example.traceId}>
            <q>{example.question}</q>
            <span class="actions">
              {may("operator") && (
                <a
                  class="button small"
                  aria-label={t("topics.answerTo", { question: example.question })}
                  href={`#/agents/${example.agentId}/faqs${query({ question: example.question })}`}
                >
                  {t("topics.answer")}
                </a>
              )}
              {example.conversationId && (
                <a
                  class="button small quiet"
                  aria-label={`${t("topics.open")}: ${example.question}`}
                  href={`#/inbox/${example.conversationId}`}
                >
                  {t("topics.open")}
                </a>
              )}
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}

/** Questions that nobody answered, by what they are about. */
export function TopicsPanel({ asked }: { asked: Asked }) {
  const found = useFigures<Topics>("temas-sem-resposta", asked);
  return (
    <Figures found={found}>
      {(data) => (
        <Panel title={t("topics.title")} icon="faq">
          {data.items.length === 0 ? (
            <Empty icon="check" title={t("topics.none")} text={t("topics.noneText")} />
          ) : (
            <>
              <p class="lead">
                {count("topics.refusals", data.refusals)}. {t("topics.lead")}
              </p>
              <ul class="rows">
                {data.items.map((topic) => (
                  <TopicRow key={topic.examples[0]?.traceId ?? topic.lastAt} topic={topic} />
                ))}
              </ul>
            </>
          )}
        </Panel>
      )}
    </Figures>
  );
}
