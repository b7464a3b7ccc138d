/** What a step says and does: a form for each kind. */
import type { ComponentChildren } from "preact";
import type { Finding, Flow, Step } from "../../api/flows";
import { get } from "../../api/http";
import type { Page } from "../../api/types";
import { t } from "../../i18n/flows";
import { SelectField, Switch, TextField } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { useResource } from "../../ui/resource";
import { AskFields } from "./ask-fields";
import { HttpFields } from "./http-fields";
import { AssignFields, RuleFields } from "./line-fields";
import { nameOf } from "./picture";
import { problemOf } from "./rules";
import { SayFields } from "./say-fields";
import { changed, DurationField, Text, type StepProps } from "./step-parts";

function AgentFields({ step, problem, onChange }: StepProps) {
  return (
    <>
      <TextField
        label={t("step.agentQuestion")}
        name="question"
        value={step.question ?? ""}
        onInput={(question) => onChange(changed(step, { question: question || undefined }))}
        hint={t("step.agentQuestionHint")}
        problem={problem}
        required={false}
      />
      <TextField
        label={t("step.variable")}
        name="variable"
        value={step.variable ?? ""}
        onInput={(variable) => onChange(changed(step, { variable: variable || undefined }))}
        problem={problem}
        required={false}
      />
      <Switch
        label={t("step.agentSay")}
        checked={step.say !== false}
        onChange={(say) => onChange({ ...step, say })}
      />
    </>
  );
}

function JumpFields({ step, steps, problem, onChange }: StepProps & { steps: Step[] }) {
  const path = "/flows?limit=200";
  const flows = useResource(path, () => get<Page<Flow>>(path));
  const there = (flows.data?.items ?? [])
    .filter(({ version }) => version !== null)
    .map((one): [string, string] => [one.id, one.name]);
  const known = !step.flow || there.some(([id]) => id === step.flow);
  return (
    <div class="columns">
      <SelectField
        label={t("step.toStep")}
        name="node"
        value={step.node ?? ""}
        onChange={(node) => onChange(changed(step, { node: node || undefined, flow: undefined }))}
        options={[
          ["", t("way.nowhere")],
          ...steps
            .filter(({ id }) => id !== step.id)
            .map((one): [string, string] => [one.id, `${nameOf(one).slice(0, 48)} (${one.id})`]),
        ]}
        problem={problem}
      />
      <SelectField
        label={t("step.toFlow")}
        name="flow"
        value={step.flow ?? ""}
        onChange={(flow) => onChange(changed(step, { flow: flow || undefined, node: undefined }))}
        options={[
          ["", t("step.toFlowNone")],
          ...there,
          ...(known ? [] : [[step.flow ?? "", step.flow ?? ""] as [string, string]]),
        ]}
        problem={problem}
      />
    </div>
  );
}

function Fields({ steps, ...props }: StepProps & { steps: Step[] }): ComponentChildren {
  const { step, problem, onChange } = props;
  switch (step.kind) {
    case "say":
      return <SayFields {...props} />;
    case "ask":
      return <AskFields {...props} />;
    case "condition":
      return <RuleFields {...props} />;
    case "set":
      return <AssignFields {...props} />;
    case "http":
      return <HttpFields {...props} />;
    case "ask_agent":
      return <AgentFields {...props} />;
    case "wait":
      return (
        <DurationField
          label={t("step.wait")}
          name="seconds"
          units={["s", "m", "h", "d"]}
          value={step.seconds}
          onChange={(seconds) => onChange(changed(step, { seconds }))}
          hint={t("step.waitHint")}
          problem={problem}
        />
      );
    case "jump":
      return <JumpFields steps={steps} {...props} />;
    default:
      return <Text {...props} required={false} />;
  }
}

/** The values that steps of the flow store, to be named in texts. */
const stored = (steps: Step[]) => [
  ...new Set([
    "contact_name",
    ...steps.flatMap(({ variable, map = [], assign = [] }) => [
      variable,
      ...[...map, ...assign].map((one) => one.variable),
    ]),
  ]),
];

interface Props {
  step: Step;
  steps: Step[];
  findings: Finding[];
  onChange: (step: Step) => void;
}

export function StepForm({ step, steps, findings, onChange }: Props) {
  return (
    <>
      {findings.length > 0 && (
        <div class="notice warn">
          <Icon name="warning" />
          <ul>
            {findings.map(({ field, detail }) => (
              <li key={field + detail}>{detail}</li>
            ))}
          </ul>
        </div>
      )}
      <Fields step={step} steps={steps} problem={problemOf(findings)} onChange={onChange} />
      <p class="hint">
        {t("step.variables", {
          names: stored(steps)
            .filter(Boolean)
            .map((name) => `{{${name ?? ""}}}`)
            .join(" "),
        })}
      </p>
      <TextField
        label={t("step.title")}
        name="title"
        value={step.title ?? ""}
        onInput={(title) => onChange(changed(step, { title: title || undefined }))}
        hint={t("step.titleHint")}
        required={false}
        autocomplete="off"
      />
    </>
  );
}
