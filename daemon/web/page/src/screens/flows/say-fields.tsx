/** What is said: words, a file, a charge. */
import { useState } from "preact/hooks";
import { sendForm } from "../../api/files";
import type { Pix } from "../../api/flows";
import { without } from "../../graph";
import { t } from "../../i18n/flows";
import { moneyText } from "../../money";
import { Button } from "../../ui/basics";
import { FileButton } from "../../ui/file-button";
import { ProblemNote, Switch, TextField, useAction } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { centavos, MoneyField } from "../../ui/money-field";
import { changed, DurationField, Text, type StepProps } from "./step-parts";

const DEFAULT_MINUTES = 60;

function Amount({ step, problem, onChange, pix }: StepProps & { pix: Pix }) {
  const [amount, setAmount] = useState(() =>
    pix.amountCentavos === undefined ? "" : moneyText(pix.amountCentavos),
  );
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
    <MoneyField
      label={t("step.pixAmount")}
      name="pix.amountCentavos"
      value={amount}
      onInput={write}
      problem={problem}
    />
  );
}

function PixFields(props: StepProps) {
  const { step, problem, onChange } = props;
  const { pix } = step;
  if (!pix) return null;
  const set = (part: { [K in keyof Pix]?: Pix[K] | undefined }) =>
    onChange({ ...step, pix: changed(pix, part) });
  const variable = (
    name: "amountVariable" | "nameVariable" | "documentVariable",
    label: string,
    hint?: string,
  ) => (
    <TextField
      label={label}
      name={`pix.${name}`}
      value={pix[name] ?? ""}
      onInput={(text) => set({ [name]: text || undefined })}
      {...(hint === undefined ? {} : { hint })}
      problem={problem}
      required={false}
      autocomplete="off"
    />
  );
  return (
    <fieldset class="rule-box">
      <legend>{t("step.pix")}</legend>
      <div class="columns">
        <Amount {...props} pix={pix} />
        {variable("amountVariable", t("step.pixVariable"))}
      </div>
      <TextField
        label={t("step.pixText")}
        name="pix.description"
        value={pix.description ?? ""}
        onInput={(description) => set({ description: description || undefined })}
        problem={problem}
        required={false}
      />
      <div class="columns">
        {variable("documentVariable", t("step.pixDocument"), t("step.pixDocumentHint"))}
        {variable("nameVariable", t("step.pixName"), t("step.pixNameHint"))}
      </div>
      <Switch
        label={t("step.pixWait")}
        checked={pix.wait !== false}
        onChange={(wait) => set({ wait })}
      />
      {pix.wait !== false && (
        <DurationField
          label={t("step.pixTimeout")}
          name="pix.timeoutMinutes"
          units={["m", "h", "d"]}
          value={(pix.timeoutMinutes ?? DEFAULT_MINUTES) * 60}
          onChange={(seconds) =>
            set({ timeoutMinutes: seconds === undefined ? undefined : seconds / 60 })
          }
          problem={problem}
        />
      )}
    </fieldset>
  );
}

function Attached({ id, onRemove }: { id: string; onRemove: () => void }) {
  const [picture, setPicture] = useState(true);
  return (
    <>
      {picture && (
        <img
          class="flow-media"
          src={`/flows/media/${id}`}
          alt={t("step.mediaHas")}
          onError={() => setPicture(false)}
        />
      )}
      <a href={`/flows/media/${id}`} target="_blank" rel="noreferrer">
        <Icon name="document" size={16} /> {t("step.mediaHas")}
      </a>
      <Button small kind="quiet" icon="trash" onClick={onRemove}>
        {t("step.mediaRemove")}
      </Button>
    </>
  );
}

export function SayFields(props: StepProps) {
  const { step, problem, onChange } = props;
  const attach = useAction(async (file: File) => {
    const kept = await sendForm<{ id: string }>("/flows/media", { files: file });
    onChange({ ...step, media: { id: kept.id } });
  });
  return (
    <>
      <Text {...props} />
      <div class="actions">
        {step.media ? (
          <Attached
            key={step.media.id}
            id={step.media.id}
            onRemove={() => onChange(changed(step, { media: undefined }))}
          />
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
      {problem?.fields.media && <p class="field-error">{problem.fields.media}</p>}
      <Switch
        label={t("step.pix")}
        checked={step.pix !== undefined}
        onChange={(on) => onChange(changed(step, { pix: on ? { wait: true } : undefined }))}
      />
      <PixFields {...props} />
    </>
  );
}
