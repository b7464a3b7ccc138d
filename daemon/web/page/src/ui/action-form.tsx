import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../api/problem";
import { t } from "../i18n";
import { Button } from "./basics";
import { type Action, ProblemNote } from "./form";

type Texts<V> = { [K in keyof V]: V[K] extends string ? K : never }[keyof V] & string;

export interface Draft<V> {
  values: V;
  put: (values: Partial<V>) => void;
  /** What ties a text to its field; the daemon may know the field by another name. */
  text: (
    name: Texts<V>,
    problem: Problem | null,
    field?: string,
  ) => {
    name: string;
    value: string;
    onInput: (text: string) => void;
    autocomplete: string;
    problem: Problem | null;
  };
}

/** The values of a form while somebody writes. */
export function useDraft<V extends object>(first: V): Draft<V> {
  const [values, setValues] = useState(first);
  const put = (some: Partial<V>) => setValues((now) => ({ ...now, ...some }));
  return {
    values,
    put,
    text: (name, problem, field = name) => ({
      name: field,
      value: values[name] as string,
      onInput: (text) => put({ [name]: text } as Partial<V>),
      autocomplete: "off",
      problem,
    }),
  };
}

interface Props {
  action: Action<[]>;
  submit: string;
  /** Fields that show their own problems. */
  fields: string[];
  onCancel?: (() => void) | undefined;
  children: ComponentChildren;
}

/** A form that runs one action, and says what was wrong with it. */
export function ActionForm({ action, submit, fields, onCancel, children }: Props) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void action.run();
      }}
    >
      {children}
      <ProblemNote problem={action.problem} except={fields} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={action.busy}>
          {submit}
        </Button>
        {onCancel && <Button onClick={onCancel}>{t("common.cancel")}</Button>}
      </div>
    </form>
  );
}
