/** What starts a flow, and the language of the words that it brings itself. */
import { useState } from "preact/hooks";
import type { Draft, Trigger } from "../../api/flows";
import { t } from "../../i18n/flows";
import { may } from "../../state/session";
import { Button } from "../../ui/basics";
import { SelectField, TextField } from "../../ui/form";

const KINDS = ["keyword", "first_message", "agent", "schedule", "webhook"] as const;
const several = (text: string, by: RegExp) =>
  text
    .split(by)
    .map((one) => one.trim())
    .filter(Boolean);

const BLANKS: Record<Trigger["kind"], Trigger> = {
  keyword: { kind: "keyword", words: [], match: "contains" },
  first_message: { kind: "first_message" },
  agent: { kind: "agent", phrases: [] },
  schedule: { kind: "schedule", cron: "0 9 * * 1", contacts: [], optIn: true },
  webhook: { kind: "webhook" },
};

interface OneProps {
  trigger: Trigger;
  onChange: (trigger: Trigger) => void;
}

/** A list as text: what is written stays as it is written, and is read as a list. */
function ListField(props: {
  label: string;
  name: string;
  hint: string;
  value: string[];
  by: RegExp;
  join: string;
  rows?: number;
  onChange: (items: string[]) => void;
}) {
  const { value, by, join, onChange, ...rest } = props;
  const [text, setText] = useState(value.join(join));
  return (
    <TextField
      {...rest}
      value={text}
      onInput={(next) => {
        setText(next);
        onChange(several(next, by));
      }}
    />
  );
}

function Fields({ trigger, onChange }: OneProps) {
  switch (trigger.kind) {
    case "keyword":
      return (
        <div class="columns">
          <ListField
            label={t("trigger.words")}
            name="words"
            hint={t("trigger.wordsHint")}
            value={trigger.words ?? []}
            by={/[,;\n]/}
            join=", "
            onChange={(words) => onChange({ ...trigger, words })}
          />
          <SelectField
            label={t("trigger.match")}
            name="match"
            value={trigger.match ?? "exact"}
            onChange={(match) => onChange({ ...trigger, match })}
            options={[
              ["exact", t("trigger.exact")],
              ["starts", t("trigger.starts")],
              ["contains", t("trigger.contains")],
            ]}
          />
        </div>
      );
    case "agent":
      return (
        <ListField
          label={t("trigger.phrases")}
          name="phrases"
          hint={t("trigger.phrasesHint")}
          rows={3}
          value={trigger.phrases ?? []}
          by={/\n/}
          join={"\n"}
          onChange={(phrases) => onChange({ ...trigger, phrases })}
        />
      );
    case "schedule":
      return (
        <>
          <TextField
            label={t("trigger.cron")}
            name="cron"
            value={trigger.cron ?? ""}
            onInput={(cron) => onChange({ ...trigger, cron })}
            hint={t("trigger.cronHint")}
          />
          <ListField
            label={t("trigger.contacts")}
            name="contacts"
            hint={t("trigger.contactsHint")}
            rows={3}
            value={trigger.contacts ?? []}
            by={/[,;\n]/}
            join={"\n"}
            onChange={(contacts) => onChange({ ...trigger, contacts })}
          />
        </>
      );
    default:
      return null;
  }
}

export function Triggers({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) {
  const [kind, setKind] = useState<Trigger["kind"]>("keyword");
  const triggers = draft.triggers ?? [];
  const set = (next: Trigger[]) => onChange({ ...draft, triggers: next });
  return (
    <>
      <h3>{t("trigger.title")}</h3>
      {triggers.length === 0 && <p class="hint">{t("trigger.none")}</p>}
      {triggers.map((trigger, index) => (
        <fieldset key={index} class="rule-box" disabled={!may("operator")}>
          <legend>{t(`trigger.${trigger.kind}`)}</legend>
          <Fields
            trigger={trigger}
            onChange={(next) => set(triggers.map((one, at) => (at === index ? next : one)))}
          />
          <Button
            small
            kind="quiet"
            icon="trash"
            label={t("trigger.remove", { n: index + 1 })}
            onClick={() => set(triggers.filter((_, at) => at !== index))}
          />
        </fieldset>
      ))}
      {may("operator") && (
        <div class="actions">
          <select
            class="compact"
            aria-label={t("trigger.kind")}
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value as Trigger["kind"])}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`trigger.${one}`)}
              </option>
            ))}
          </select>
          <Button small icon="plus" onClick={() => set([...triggers, { ...BLANKS[kind] }])}>
            {t("trigger.add")}
          </Button>
        </div>
      )}
    </>
  );
}
