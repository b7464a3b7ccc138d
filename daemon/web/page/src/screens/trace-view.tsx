import { get } from "../api/http";
import { shares, stepsOf, unused, type Step, type Trace } from "../api/trace";
import { duration, number } from "../i18n";
import { count, has, t } from "../i18n/answers";
import { Badge, Loading, Panel, type Tone } from "../ui/basics";
import { ProblemNote } from "../ui/form";
import { useResource } from "../ui/resource";
import { Passages } from "./passages";

function nameOf(step: string): string {
  const key = `trace.step.${step}`;
  return has(key) ? t(key) : step;
}

const MODE_TONES: Record<string, Tone> = {
  generative: "accent",
  extractive: "ok",
  refusal: "warn",
  handover: "human",
};

function nameOfMode(mode: string): string {
  const key = `mode.${mode}`;
  return has(key) ? t(key) : mode;
}

/** How an answer was made: written by the model, taken from a document, refused. */
export function ModeBadge({ mode }: { mode: string }) {
  return <Badge tone={MODE_TONES[mode] ?? "plain"}>{nameOfMode(mode)}</Badge>;
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

function Prompt({ lines }: { lines: Trace["prompt"] }) {
  if (lines.length === 0) return null;
  return (
    <details class="prompt">
      <summary>{t("trace.promptText")}</summary>
      <pre tabIndex={0}>{lines.map((line) => `[${line.role}]\n${line.content}`).join("\n\n")}</pre>
    </details>
  );
}

function Details({ trace }: { trace: Trace }) {
  const { usage, sources } = trace;
  const others = unused(trace);
  const facts: [string, string][] = [
    [t("trace.mode"), nameOfMode(trace.mode)],
    [t("trace.confidence"), `${number(trace.confidence * 100)} %`],
    [t("trace.model"), usage.totalTokens > 0 ? (trace.model ?? "–") : t("trace.noModel")],
    [t("trace.prompt"), trace.promptVersion ?? "–"],
    [
      t("trace.tokens"),
      t("trace.tokensOf", {
        prompt: number(usage.promptTokens),
        completion: number(usage.completionTokens),
      }),
    ],
  ];
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <StepBar steps={stepsOf(trace)} />
      <h3>{t("trace.passages")}</h3>
      {sources.length > 0 ? (
        <Passages items={sources} />
      ) : (
        <p class="quiet-note">{t("trace.noPassages")}</p>
      )}
      {others.length > 0 && (
        <details class="others">
          <summary>{count("trace.others", others.length)}</summary>
          <Passages items={others} />
        </details>
      )}
      <Prompt lines={trace.prompt} />
    </>
  );
}

/** Why this answer: mode, model, time, tokens and the passages it stands on. */
export function TraceView({ traceId }: { traceId: string }) {
  const trace = useResource(traceId, () => get<Trace>(`/traces/${traceId}`));
  return (
    <Panel title={t("trace.title")} icon="trace" class="trace">
      <ProblemNote problem={trace.problem} />
      {!trace.data && !trace.problem && <Loading />}
      {trace.data && <Details trace={trace.data} />}
    </Panel>
  );
}
