import { useEffect, useState } from "preact/hooks";
import { del, get, post } from "../api/http";
import type { Golden as Question, GoldenRun } from "../api/templates";
import type { Page } from "../api/types";
import { dateTime } from "../i18n";
import { t } from "../i18n/templates";
import { may } from "../state/session";
import { Badge, Button, Empty, Loading, Panel, Progress } from "../ui/basics";
import { toastProblem } from "../ui/feedback";
import { ProblemNote, Switch, TextField, useAction } from "../ui/form";
import { More } from "../ui/more";
import { useResource } from "../ui/resource";

const POLL_MS = 1500;
const several = (text: string) =>
  text
    .split(/[,;]/)
    .map((one) => one.trim())
    .filter(Boolean);

function NewQuestion({ path, onAdded }: { path: string; onAdded: () => void }) {
  const [question, setQuestion] = useState("");
  const [words, setWords] = useState("");
  const [sources, setSources] = useState("");
  const [refusal, setRefusal] = useState(false);
  const add = useAction(async () => {
    const expect = refusal
      ? { refusal }
      : { words: several(words), sources: several(sources), refusal };
    await post(path, { question, expect });
    setQuestion("");
    setWords("");
    setSources("");
    onAdded();
  });
  const { problem } = add;
  return (
    <Panel title={t("golden.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add.run();
        }}
      >
        <TextField
          label={t("golden.question")}
          name="question"
          value={question}
          onInput={setQuestion}
          autocomplete="off"
          problem={problem}
          required
        />
        <Switch label={t("golden.refusal")} checked={refusal} onChange={setRefusal} />
        {!refusal && (
          <>
            <TextField
              label={t("golden.words")}
              name="expect.words"
              value={words}
              onInput={setWords}
              hint={t("golden.wordsHint")}
              autocomplete="off"
              problem={problem}
            />
            <TextField
              label={t("golden.sources")}
              name="expect.sources"
              value={sources}
              onInput={setSources}
              hint={t("golden.sourcesHint")}
              autocomplete="off"
              problem={problem}
              required={false}
            />
          </>
        )}
        <ProblemNote problem={problem} except={["question", "expect.words", "expect.sources"]} />
        <Button type="submit" kind="primary" busy={add.busy}>
          {t("golden.add")}
        </Button>
      </form>
    </Panel>
  );
}

function Result({ run }: { run: GoldenRun }) {
  const done = run.passed + run.failed;
  return (
    <>
      {run.state === "running" ? (
        <div class="indexing" role="status">
          <Progress
            value={run.total ? done / run.total : 0}
            label={t("golden.running", { done, all: run.total })}
          />
          <small>{t("golden.running", { done, all: run.total })}</small>
        </div>
      ) : (
        <p class="badges" role="status">
          <Badge tone={run.failed === 0 ? "ok" : "warn"}>
            {t("golden.result", { passed: run.passed, all: run.total })}
          </Badge>
          <small>{dateTime(run.startedAt)}</small>
        </p>
      )}
      {run.results.map((one) => (
        <details key={one.id} class="more golden-result" open={!one.passed}>
          <summary>
            <Badge tone={one.passed ? "ok" : "bad"}>
              {t(one.passed ? "golden.passed" : "golden.failed")}
            </Badge>{" "}
            {one.question}
          </summary>
          {one.missing.length > 0 && (
            <p class="warn-text">{t("golden.missing", { what: one.missing.join(", ") })}</p>
          )}
          <p class="prose">{one.answer}</p>
        </details>
      ))}
    </>
  );
}

function Questions({ path, list }: { path: string; list: ReturnType<typeof useQuestions> }) {
  const items = list.data?.items;
  const remove = (id: string) => del(`${path}/${id}`).then(list.reload, toastProblem);
  return (
    <>
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="target" title={t("golden.none")} text={t("golden.noneText")} />
      )}
      <ul class="rows">
        {items?.map(({ id, question, expect }) => (
          <li key={id} class="list-row">
            <span>
              <b>{question}</b>
              <small>
                {t("template.expects", {
                  what: expect.refusal
                    ? t("template.refusal")
                    : [...expect.words, ...expect.sources].join(", "),
                })}
              </small>
            </span>
            {may("operator") && (
              <Button
                small
                kind="quiet"
                icon="trash"
                label={t("golden.delete", { question })}
                onClick={() => void remove(id)}
              />
            )}
          </li>
        ))}
      </ul>
      <More list={list} path={`${path}?limit=100`} />
    </>
  );
}

const useQuestions = (path: string) =>
  useResource(path, () => get<Page<Question>>(`${path}?limit=100`));

/** Questions whose answer is known, and how the agent fares with them. */
export function Golden({ agentId }: { agentId: string }) {
  const path = `/agents/${agentId}/golden`;
  const list = useQuestions(path);
  const runs = useResource(`${path}/runs`, () => get<Page<GoldenRun>>(`${path}/runs?limit=1`));
  const last = runs.data?.items[0];
  const busy = last?.state === "running";
  const { reload } = runs;
  const run = useAction(async () => {
    const begun = await post<GoldenRun>(`${path}/run`);
    runs.set((page) => ({ ...page, items: [begun] }));
  });
  useEffect(() => {
    if (!busy) return undefined;
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [busy, reload]);
  return (
    <div class="split">
      <div class="stack">
        <Panel
          title={t("golden.title")}
          icon="target"
          actions={
            may("operator") &&
            (list.data?.items.length ?? 0) > 0 && (
              <Button
                small
                kind="primary"
                icon="play"
                busy={busy || run.busy}
                onClick={() => void run.run()}
              >
                {t("golden.run")}
              </Button>
            )
          }
        >
          <p class="lead">{t("golden.lead")}</p>
          <ProblemNote problem={run.problem} />
          <Questions path={path} list={list} />
        </Panel>
      </div>
      <div class="stack">
        {last && (
          <Panel title={t("golden.runs")} icon="clock">
            <Result run={last} />
          </Panel>
        )}
        {may("operator") && <NewQuestion path={path} onAdded={list.reload} />}
      </div>
    </div>
  );
}
