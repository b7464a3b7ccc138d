/** Fields that name their own errors, and a hook that runs what a form does. */
import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Problem } from "../api/problem";
import { t } from "../i18n";
import { Button } from "./basics";
import { Icon } from "./icon";

/** Words for a problem; the daemon's own words where it sent any. */
export function wordsFor(problem: unknown): string {
  if (!(problem instanceof Problem)) return t("error.unexpected");
  if (problem.status === 0) return t("error.offline");
  return problem.message;
}

export interface Action<A extends unknown[]> {
  run: (...args: A) => Promise<boolean>;
  busy: boolean;
  problem: Problem | null;
  clear: () => void;
}

/** Run `work` once at a time, and keep the problem it ended in. True when it went well. */
export function useAction<A extends unknown[]>(work: (...args: A) => Promise<unknown>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const run = async (...args: A): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await work(...args);
      return true;
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(-1, "unexpected", wordsFor(error)));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { run, busy, problem, clear: () => setProblem(null) };
}

/** The whole problem, announced. A problem that marks a field of the form shows there instead. */
export function ProblemNote({ problem, except = [] }: { problem: unknown; except?: string[] }) {
  if (!problem) return null;
  const field = problem instanceof Problem ? problem.field : undefined;
  if (field && except.includes(field)) return null;
  return (
    <div class="notice bad" role="alert">
      <Icon name="warning" />
      <p>{wordsFor(problem)}</p>
    </div>
  );
}

interface FormProps {
  action: Action<[]>;
  /** What the button says. */
  text: string;
  /** The fields that show their own problem. */
  fields: string[];
  children: ComponentChildren;
}

/** A form that runs its action: its fields, what went wrong, and the button. */
export function ActionForm({ action, text, fields, children }: FormProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void action.run();
      }}
    >
      {children}
      <ProblemNote problem={action.problem} except={fields} />
      <Button type="submit" kind="primary" busy={action.busy}>
        {text}
      </Button>
    </form>
  );
}

interface Common {
  label: string;
  name: string;
  hint?: ComponentChildren;
  problem?: Problem | null;
  /** An error found on this side, before anything was sent. */
  error?: string | undefined;
  required?: boolean;
}

interface Marks {
  id: string;
  name: string;
  required: boolean;
  "aria-invalid"?: "true" | undefined;
  "aria-describedby"?: string | undefined;
}

interface FieldProps extends Common {
  children: (marks: Marks) => ComponentChildren;
}

/** Label, control, hint and error, tied together for screen readers. */
export function Field({ label, name, hint, problem, error, required, children }: FieldProps) {
  const id = useId();
  const wrong = error ?? problem?.fields[name];
  const described = [hint && `${id}-hint`, wrong && `${id}-error`].filter(Boolean).join(" ");
  const marks: Marks = { id, name, required: required ?? false };
  if (wrong) marks["aria-invalid"] = "true";
  if (described) marks["aria-describedby"] = described;
  return (
    <div class={`field${wrong ? " wrong" : ""}`}>
      <label for={id}>
        {label}
        {required === false && <span class="optional"> {t("common.optional")}</span>}
      </label>
      {children(marks)}
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {wrong && (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="warning" size={14} />
          {wrong}
        </p>
      )}
    </div>
  );
}

interface TextProps extends Common {
  value: string;
  onInput: (value: string) => void;
  type?: string;
  autocomplete?: string;
  placeholder?: string;
  rows?: number;
  maxLength?: number;
  inputMode?: "text" | "tel" | "numeric" | "decimal";
  min?: number;
  max?: number;
  step?: number | "any";
}

export function TextField(props: TextProps) {
  const { value, onInput, rows, label, name, hint, problem, error, required, ...rest } = props;
  // The types tie each role to one kind of input; ours are plain, whatever their kind.
  const attributes = rest as InputHTMLAttributes;
  const common = { label, name, hint, problem: problem ?? null, error };
  return (
    <Field {...common} {...(required === undefined ? {} : { required })}>
      {(marks) =>
        rows ? (
          <textarea
            {...marks}
            rows={rows}
            placeholder={rest.placeholder}
            value={value}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        ) : (
          <input
            {...marks}
            {...attributes}
            value={value}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        )
      }
    </Field>
  );
}

interface SelectProps extends Common {
  value: string;
  onChange: (value: string) => void;
  options: [value: string, label: string][];
}

export function SelectField({ value, onChange, options, ...common }: SelectProps) {
  return (
    <Field {...common}>
      {(marks) => (
        <select {...marks} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {options.map(([option, label]) => (
            <option key={option} value={option}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div class="switch">
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <div>
        <label for={id}>{label}</label>
        {hint && (
          <p class="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
