/** What happens when a step does not go as drawn: of one question, or of the whole flow. */
import type { Repair } from "../../api/flows";
import type { Problem } from "../../api/problem";
import { t } from "../../i18n/flows";
import { SelectField, TextField } from "../../ui/form";
import { changed, DurationField, read, shown } from "./step-parts";

const SWITCHES = ["digression", "correction", "cancel", "handover"] as const;
const TEXTS = ["confusedText", "cancelText", "handoverText", "timeoutText"] as const;
const ENDS = ["onConfused", "onTimeout"] as const;

interface Props {
  repair: Repair;
  problem: Problem | null;
  onChange: (repair: Repair | undefined) => void;
}

const wordOf = (value: boolean | undefined) => (value === undefined ? "" : value ? "yes" : "no");

export function RepairFields({ repair, problem, onChange }: Props) {
  const set = (part: { [K in keyof Repair]?: Repair[K] | undefined }) => {
    const next = changed(repair, part);
    onChange(Object.keys(next).length > 0 ? next : undefined);
  };
  return (
    <>
      <div class="columns">
        {SWITCHES.map((name) => (
          <SelectField
            key={name}
            label={t(`repair.${name}`)}
            name={`repair.${name}`}
            value={wordOf(repair[name])}
            onChange={(word) => set({ [name]: word === "" ? undefined : word === "yes" })}
            options={[
              ["", t("repair.usual")],
              ["yes", t("repair.yes")],
              ["no", t("repair.no")],
            ]}
            problem={problem}
          />
        ))}
      </div>
      <div class="columns">
        {ENDS.map((name) => (
          <SelectField
            key={name}
            label={t(`repair.${name}`)}
            name={`repair.${name}`}
            value={repair[name] ?? ""}
            onChange={(word) => set({ [name]: (word || undefined) as "end" | undefined })}
            options={[
              ["", t("repair.usual")],
              ["handover", t("repair.then.handover")],
              ["end", t("repair.then.end")],
            ]}
            problem={problem}
          />
        ))}
        <TextField
          label={t("repair.tries")}
          name="repair.tries"
          type="number"
          min={1}
          max={10}
          value={shown(repair.tries)}
          onInput={(text) => set({ tries: read(text) })}
          hint={t("repair.triesHint")}
          problem={problem}
          required={false}
        />
        <DurationField
          label={t("repair.timeoutMinutes")}
          name="repair.timeoutMinutes"
          units={["m", "h", "d"]}
          value={repair.timeoutMinutes === undefined ? undefined : repair.timeoutMinutes * 60}
          onChange={(seconds) =>
            set({ timeoutMinutes: seconds === undefined ? undefined : seconds / 60 })
          }
          hint={t("repair.timeoutHint")}
          problem={problem}
          required={false}
        />
      </div>
      {TEXTS.map((name) => (
        <TextField
          key={name}
          label={t(`repair.${name}`)}
          name={`repair.${name}`}
          rows={2}
          value={repair[name] ?? ""}
          onInput={(text) => set({ [name]: text || undefined })}
          problem={problem}
          required={false}
        />
      ))}
    </>
  );
}
