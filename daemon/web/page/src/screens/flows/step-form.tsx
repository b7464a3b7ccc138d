/** What a step says and does: a form for each kind. */
import type { ComponentChildren } from "preact";
import { sendForm } from "../../api/files";
import type { Finding, Step } from "../../api/flows";
import { Problem } from "../../api/problem";
import { without } from "../../graph";
import { t } from "../../i18n/flows";
import { centavos, MoneyField } from "../../ui/money-field";
import { moneyText } from "../../money";
import { Button } from "../../ui/basics";
import { FileButton } from "../../ui/file-button";
import { ProblemNote, SelectField, Switch, TextField, useAction } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { useState } from "preact/hooks";
import { AskFields } from "./ask-fields";
import { AssignFields, MapFields, RuleFields } from "./line-fields";

export interface StepProps {
  step: Step;
  problem: Problem | null;
  onChange: (step: Step) => void;
}

/** A step without the fields that are undefined in `change`. */
export function changed(step: Step, change: { [K in keyof Step]?: Step[K] | undefined }): Step {
  return Object.fromEntries(
    Object.entries({ ...step, ...change }).filter(([, value]) => value !== undefined),
  ) as unknown as Step;
}

export function Text(props: StepProps & { label?: string; required?: boolean }) {
  const { step, problem, onChange, label = t("step.text"), required } = props;
  return (
    <TextField
      label={label}
      name="text"
      rows={3}
      value={step.text ?? ""}
      onInput={(text) => onChange({ ...step, text })}
      hint={t("step.textHint")}
      problem={problem}
      {...(required === undefined ? {} : { required })}
    />
  );
}

function PixFields({ step, problem, onChange }: StepProps) {
  const { pix } = step;
  const [amount, setAmount] = useState(() =>
    pix?.amountCentavos === undefined ? "" : moneyText(pix.amountCentavos),
  );
  if (!pix) return null;
  const set = (part: object) => onChange(changed(step, { pix: { ...pix, ...part } }));
  const write = (text: string) => {
    setAmount(text);
    try {
      const value = centavos(text, "pix.amountCentavos");
      const rest = without(pix, "amountCentavos");
      onChange({ ...step, pix: value === null ? rest : { ...rest, amountCentavos: value } });
    } catch {
      // The field itself says what is wrong; the last amount that could be read stays.
    }
  };
  return (
    <div class="columns">
      <MoneyField
        label={t("step.pixAmount")}
        name="pix.amountCentavos"
        value={amount}
        onInput={write}
        problem={problem}
      />
      <TextField
        label={t("step.pixVariable")}
        name="pix.amountVariable"
        value={pix.amountVariable ?? ""}
        onInput={(name) => {
          const rest = without(pix, "amountVariable");
          onChange({ ...step, pix: name ? { ...rest, amountVariable: name } : rest });
        }}
        problem={problem}
        required={false}
      />
      <TextField
        label={t("step.pixText")}
        name="pix.description"
        value={pix.description ?? ""}
        onInput={(description) => set({ description })}
        problem={problem}
        required={false}
      />
      <Switch
        label={t("step.pixWait")}
        checked={pix.wait !== false}
        onChange={(wait) => set({ wait })}
      />
    </div>
  );
}

function Say(props: StepProps) {
  const { step, onChange } = props;
  const attach = useAction(async (file: File) => {
    const kept = await sendForm<{ id: string }>("/flows/media", { files: file });
    onChange({ ...step, media: { id: kept.id } });
  });
  return (
    <>
      <Text {...props} />
      <div class="actions">
        {step.media ? (
          <>
            <span>
              <Icon name="document" size={16} /> {t("step.mediaHas")}
            </span>
            <Button
              small
              kind="quiet"
              icon="trash"
              onClick={() => onChange(changed(step, { media: undefined }))}
            >
              {t("step.mediaRemove")}
            </Button>
          </>
        ) : (
          <FileButton
            small
            text={t("step.mediaAdd")}
            accept="image/*,video/*,audio/*,.pdf,.docx,.xlsx"
            busy={attach.busy}
            onFile={(file) => void attach.run(file)}
          />
        )}
      </div>
      <ProblemNote problem={attach.problem} />
      <Switch
        label={t("step.pix")}
        checked={step.pix !== undefined}
        onChange={(on) => onChange(changed(step, { pix: on ? { wait: true } : undefined }))}
      />
      <PixFields {...props} />
    </>
  );
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const headerText = (headers: Record<string, string> = {}) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");

function Http({ step, problem, onChange }: StepProps) {
  const [headers, setHeaders] = useState(() => headerText(step.headers));
  const read = (text: string) => {
    setHeaders(text);
    const pairs = text.split("\n").flatMap((line) => {
      const [name = "", ...rest] = line.split(":");
      return name.trim() && rest.length > 0 ? [[name.trim(), rest.join(":").trim()]] : [];
    });
    onChange({ ...step, headers: Object.fromEntries(pairs) as Record<string, string> });
  };
  return (
    <>
      <div class="columns">
        <SelectField
          label={t("step.method")}
          name="method"
          value={step.method ?? "GET"}
          onChange={(method) => onChange({ ...step, method })}
          options={METHODS.map((one) => [one, one])}
        />
        <TextField
          label={t("step.url")}
          name="url"
          value={step.url ?? ""}
          onInput={(url) => onChange({ ...step, url })}
          hint={t("step.urlHint")}
          problem={problem}
        />
      </div>
      <TextField
        label={t("step.headers")}
        name="headers"
        rows={2}
        value={headers}
        onInput={read}
        hint={t("step.headersHint")}
        problem={problem}
        required={false}
      />
      <TextField
        label={t("step.body")}
        name="body"
        rows={3}
        value={step.body ?? ""}
        onInput={(body) => onChange({ ...step, body })}
        problem={problem}
        required={false}
      />
      <MapFields step={step} problem={problem} onChange={onChange} />
    </>
  );
}

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
            .map((one): [string, string] => [one.id, one.title ?? one.id]),
        ]}
        problem={problem}
      />
      <TextField
        label={t("step.toFlow")}
        name="flow"
        value={step.flow ?? ""}
        onInput={(flow) => onChange(changed(step, { flow: flow || undefined, node: undefined }))}
        problem={problem}
        required={false}
      />
    </div>
  );
}

function Fields({ steps, ...props }: StepProps & { steps: Step[] }): ComponentChildren {
  const { step, problem, onChange } = props;
  switch (step.kind) {
    case "say":
      return <Say {...props} />;
    case "ask":
      return <AskFields {...props} />;
    case "condition":
      return <RuleFields {...props} />;
    case "set":
      return <AssignFields {...props} />;
    case "http":
      return <Http {...props} />;
    case "ask_agent":
      return <AgentFields {...props} />;
    case "wait":
      return (
        <TextField
          label={t("step.seconds")}
          name="seconds"
          type="number"
          min={1}
          value={String(step.seconds ?? "")}
          onInput={(seconds) => onChange({ ...step, seconds: Number(seconds) })}
          problem={problem}
        />
      );
    case "jump":
      return <JumpFields steps={steps} {...props} />;
    default:
      return <Text {...props} required={false} />;
  }
}

interface Props {
  step: Step;
  steps: Step[];
  findings: Finding[];
  onChange: (step: Step) => void;
}

export function StepForm({ step, steps, findings, onChange }: Props) {
  const fields = Object.fromEntries(findings.map(({ field, detail }) => [field, detail]));
  const [first] = findings;
  const problem = first && new Problem(422, first.code, first.detail, first.field, fields);
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
      <Fields step={step} steps={steps} problem={problem ?? null} onChange={onChange} />
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
