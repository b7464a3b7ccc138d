/** What the forms of several kinds of steps are made of. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Step } from "../../api/flows";
import type { Problem } from "../../api/problem";
import { t } from "../../i18n/flows";
import { TextField } from "../../ui/form";

export interface StepProps {
  step: Step;
  problem: Problem | null;
  onChange: (step: Step) => void;
}

/** An object without the fields that are undefined in `change`. */
export function changed<T extends object>(
  whole: T,
  change: { [K in keyof T]?: T[K] | undefined },
): T {
  return Object.fromEntries(
    Object.entries({ ...whole, ...change }).filter(([, value]) => value !== undefined),
  ) as unknown as T;
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

/** A whole number as its text, and back; undefined where nothing is written. */
export const shown = (value: unknown): string => (typeof value === "number" ? String(value) : "");
export const read = (text: string): number | undefined => (text === "" ? undefined : Number(text));

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
export type Unit = keyof typeof UNITS;

interface DurationProps {
  label: string;
  name: string;
  /** In seconds; undefined where nothing is set. */
  value: number | undefined;
  units: readonly Unit[];
  onChange: (seconds: number | undefined) => void;
  hint?: string;
  problem: Problem | null;
  required?: boolean;
}

/** A length of time as people say it: a number and a unit. */
export function DurationField({ value, units, onChange, ...field }: DurationProps) {
  const [unit, setUnit] = useState<Unit>(() => {
    const fits = units.filter((one) => value !== undefined && value % UNITS[one] === 0);
    return fits.at(-1) ?? units[0] ?? "m";
  });
  const number = value === undefined ? "" : String(value / UNITS[unit]);
  return (
    <div class="line">
      <TextField
        {...field}
        type="number"
        min={1}
        value={number}
        onInput={(text) => {
          const wanted = read(text);
          onChange(wanted === undefined ? undefined : Math.round(wanted * UNITS[unit]));
        }}
      />
      <select
        class="compact"
        aria-label={t("unit.of", { name: field.label })}
        value={unit}
        onChange={(event) => {
          const next = event.currentTarget.value as Unit;
          setUnit(next);
          if (value !== undefined) onChange(Math.round((value / UNITS[unit]) * UNITS[next]));
        }}
      >
        {units.map((one) => (
          <option key={one} value={one}>
            {t(`unit.${one}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

interface ExtraProps {
  summary: string;
  /** Whether there is something in it to be seen; it opens then, and stays as the reader leaves it. */
  open: boolean;
  children: ComponentChildren;
}

/** What is rarely needed, folded away. */
export function Extra({ summary, open, children }: ExtraProps) {
  const [opened, setOpened] = useState(open);
  useEffect(() => {
    if (open) setOpened(true);
  }, [open]);
  return (
    <details
      class="rule-box"
      open={opened}
      onToggle={(event) => setOpened(event.currentTarget.open)}
    >
      <summary>{summary}</summary>
      {opened && <div class="lines-wide">{children}</div>}
    </details>
  );
}
