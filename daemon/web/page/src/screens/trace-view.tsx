import { get } from "../api/http";
import { shares, stepsOf, type Step, type Trace } from "../api/trace";
import type { Answer } from "../api/types";
import { duration, has, number, t } from "../i18n";
import { Loading, Panel } from "../ui/basics";
import { ProblemNote } from "../ui/form";
import { useResource } from "../ui/resource";
import { Passages } from "./passages";

function nameOf(step: string): string {
  const key = `trace.step.${step}`;
  return has(key) ? t(key) : step;
}

/** The steps of an answer as one bar, each as wide as the time it took. */
export function StepBar({ steps }: { steps: Step[] }) {
  const widths = shares(steps);
  const total = steps.reduce((sum, step) => sum + step.ms, 0);
  return (
    <div class="step-bar">
      <div class="bar" aria-hidden="true">
        {steps.map((step, i) => (
          <i key={step.name} class={`c${i % 6}`} style={{ width: `${(widths[i] ?? 0) * 100}%` }} />
        ))}
      </div>
      <dl>
        {steps.map((step, i) => (
          <div key={step.name}>
            <dt>
              <i class={`c${i % 6}`} aria-hidden="true" />
              {nameOf(step.name)}
            </dt>
            <dd>{duration(step.ms)}</dd>
          </div>
        ))}
        <div class="total">
          <dt>{t("trace.total")}</dt>
          <dd>{duration(total)}</dd>
        </div>
      </dl>
    </div>
  );
}

interface Props {
  traceId: string;
  answer?: Answer;
}

/** Why this answer: mode, model, time, tokens and the passages it stands on. */
export function TraceView({ traceId, answer }: Props) {
  const trace = useResource(traceId, () => get<Trace>(`/traces/${traceId}`));
  const { data } = trace;
  const mode = answer?.mode ?? data?.mode;
  const usage = answer?.usage ?? data?.usage;
  const passages = data?.passages ?? answer?.sources ?? [];
  const modeKey = `mode.${mode ?? ""}`;
  const facts: [string, string][] = [
    [t("trace.mode"), has(modeKey) ? t(modeKey) : (mode ?? "–")],
    [t("trace.model"), data?.model ?? "–"],
    [t("trace.prompt"), data?.promptVersion ?? "–"],
    [t("trace.tokens"), usage ? tokens(usage) : "–"],
  ];
  return (
    <Panel title={t("trace.title")} icon="trace" class="trace">
      <ProblemNote problem={trace.problem} />
      {!data && !trace.problem && <Loading />}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {data && <StepBar steps={stepsOf(data)} />}
      <h3>{t("trace.passages")}</h3>
      {passages.length > 0 ? (
        <Passages items={passages} />
      ) : (
        <p class="quiet-note">{t("trace.noPassages")}</p>
      )}
    </Panel>
  );
}

function tokens(usage: { promptTokens?: number; completionTokens?: number }): string {
  return t("trace.tokensOf", {
    prompt: number(usage.promptTokens ?? 0),
    completion: number(usage.completionTokens ?? 0),
  });
}
