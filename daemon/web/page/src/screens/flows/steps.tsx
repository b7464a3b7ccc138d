/** The steps of a draft as a list; one of them is open to be changed. */
import { useEffect, useRef, useState } from "preact/hooks";
import { KINDS, type Draft, type Finding, type Kind, type Step } from "../../api/flows";
import {
  beside,
  handlesOf,
  inOrder,
  insert,
  lead,
  mayEnd,
  remove,
  replace,
  swap,
  targetOf,
} from "../../graph";
import { has, t } from "../../i18n/flows";
import { may } from "../../state/session";
import { Badge, Button, Empty } from "../../ui/basics";
import { SelectField } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { nameOf } from "./picture";
import { StepForm } from "./step-form";

/** A way out of a step, in words. */
function wayName(step: Step, handle: string): string {
  if (step.kind === "condition" && handle !== "else") {
    const place = (step.rules ?? []).findIndex(({ id }) => id === handle);
    return t("way.rule", { n: place + 1 });
  }
  if (step.kind === "say" && handle === "timeout") return t("way.unpaid");
  const option =
    step.check?.type === "choice" && step.check.options?.find((one) => one.id === handle);
  if (option) return option.label || handle;
  if (handle === "next" && step.check?.type === "choice") return t("way.nextOther");
  const key = `way.${handle}`;
  return has(key) ? t(key) : handle;
}

interface AddProps {
  text: string;
  onAdd: (kind: Kind) => void;
}

function Add({ text, onAdd }: AddProps) {
  const [kind, setKind] = useState<Kind>("say");
  return (
    <div class="actions">
      <select
        class="compact"
        aria-label={t("flow.kindOf")}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value as Kind)}
      >
        {KINDS.map((one) => (
          <option key={one} value={one}>
            {t(`kind.${one}`)}
          </option>
        ))}
      </select>
      <Button small icon="plus" onClick={() => onAdd(kind)}>
        {text}
      </Button>
    </div>
  );
}

interface Props {
  draft: Draft;
  findings: Finding[];
  open: string | null;
  onOpen: (id: string | null) => void;
  onChange: (draft: Draft) => void;
}

function Ways({
  step,
  draft,
  findings,
  onChange,
}: Omit<Props, "open" | "onOpen"> & { step: Step }) {
  // The server says that ways are missing; which ones, the page can see for itself.
  const lacking = findings.some(({ node, field }) => node === step.id && field === "edges");
  const targets = draft.nodes.filter(({ id }) => id !== step.id);
  return (
    <div class="columns">
      {handlesOf(step).map((handle) => (
        <SelectField
          key={handle}
          label={wayName(step, handle)}
          name={`way.${handle}`}
          value={targetOf(draft, step.id, handle)}
          error={
            lacking && !targetOf(draft, step.id, handle) && !mayEnd(draft, step, handle)
              ? t("way.needed")
              : undefined
          }
          onChange={(target) => {
            const kind = KINDS.find((one) => target === `+${one}`);
            onChange(
              kind
                ? insert(draft, kind, step.id, handle).draft
                : lead(draft, step.id, handle, target),
            );
          }}
          options={[
            ["", t("way.nowhere")],
            ...targets.map((one): [string, string] => [
              one.id,
              `${nameOf(one).slice(0, 48)} (${one.id})`,
            ]),
            ...KINDS.map((one): [string, string] => [
              `+${one}`,
              t("way.new", { kind: t(`kind.${one}`) }),
            ]),
          ]}
        />
      ))}
    </div>
  );
}

/** Buttons that let a step change places with its neighbour in the line. */
function Moves({ step, draft, onChange }: Pick<Props, "draft" | "onChange"> & { step: Step }) {
  const { above, below } = beside(draft, step.id);
  const moved = [
    ["flow.moveUp", "up", above && swap(draft, above, step.id)],
    ["flow.moveDown", "down", below && swap(draft, step.id, below)],
  ] as const;
  return (
    <>
      {moved.map(([label, icon, next]) => (
        <Button
          key={label}
          small
          kind="quiet"
          icon={icon}
          disabled={!next}
          onClick={() => next && onChange(next)}
        >
          {t(label)}
        </Button>
      ))}
    </>
  );
}

function Open({ step, ...props }: Props & { step: Step }) {
  const { draft, findings, onOpen, onChange } = props;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // It may have been opened from the picture, or from the list of problems.
    place.current?.parentElement?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div class="step-open form-panel" ref={place}>
      <StepForm
        step={step}
        steps={draft.nodes}
        findings={findings.filter(({ node }) => node === step.id)}
        onChange={(next) => onChange(replace(draft, next))}
      />
      <Ways step={step} draft={draft} findings={findings} onChange={onChange} />
      <div class="actions">
        <Add
          text={t("flow.addAfter")}
          onAdd={(kind) => {
            const added = insert(draft, kind, step.id);
            onChange(added.draft);
            onOpen(added.id);
          }}
        />
        <Moves step={step} draft={draft} onChange={onChange} />
        {draft.start !== step.id && (
          <Button small kind="quiet" onClick={() => onChange({ ...draft, start: step.id })}>
            {t("flow.makeStart")}
          </Button>
        )}
        <Button small kind="quiet" icon="trash" onClick={() => onChange(remove(draft, step.id))}>
          {t("flow.removeStep")}
        </Button>
      </div>
    </div>
  );
}

function Row({ step, loose, ...props }: Props & { step: Step; loose: boolean }) {
  const { draft, findings, open, onOpen } = props;
  const here = open === step.id;
  const wrong = findings.some(({ node }) => node === step.id);
  const onward = handlesOf(step)
    .map((handle) => [handle, targetOf(draft, step.id, handle)] as const)
    .filter(([, target]) => target);
  return (
    <li>
      <button
        type="button"
        class="step-row"
        aria-expanded={here}
        onClick={() => onOpen(here ? null : step.id)}
      >
        <span class={`step-kind ${step.kind}`}>{t(`kind.${step.kind}`)}</span>
        <span class="step-name">
          {nameOf(step)}
          <small>
            {step.id}
            {onward.length > 0 &&
              ` → ${[...new Set(onward.map(([, target]) => target))].join(", ")}`}
          </small>
        </span>
        {draft.start === step.id && <Badge tone="accent">{t("flow.start")}</Badge>}
        {loose && <Badge tone="warn">{t("flow.loose")}</Badge>}
        {wrong && (
          <span class="warn-text">
            <Icon name="warning" size={16} />
            <span class="sr">{findings.find(({ node }) => node === step.id)?.detail}</span>
          </span>
        )}
      </button>
      {here && may("operator") && <Open step={step} {...props} />}
    </li>
  );
}

export function Steps(props: Props) {
  const { draft, onOpen, onChange } = props;
  const { reached, loose } = inOrder(draft);
  return (
    <>
      {draft.nodes.length === 0 && (
        <Empty icon="flow" title={t("flow.noSteps")} text={t("flow.noStepsText")} />
      )}
      <ol class="rows step-list">
        {reached.map((step) => (
          <Row key={step.id} step={step} loose={false} {...props} />
        ))}
        {loose.map((step) => (
          <Row key={step.id} step={step} loose {...props} />
        ))}
      </ol>
      {may("operator") && (
        <Add
          text={t("flow.addFirst")}
          onAdd={(kind) => {
            const added = insert(draft, kind);
            onChange(added.draft);
            onOpen(added.id);
          }}
        />
      )}
    </>
  );
}
