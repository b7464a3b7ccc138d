/** Lists of small things inside a step: comparisons, assignments, paths. */
import type { ComponentChildren } from "preact";
import { OPERATORS, type Rule } from "../../api/flows";
import { freshId } from "../../graph";
import { t } from "../../i18n/flows";
import { Button } from "../../ui/basics";
import { SelectField, TextField } from "../../ui/form";
import type { StepProps } from "./step-parts";

const DOES = ["set", "add", "subtract", "append", "clear", "today", "now"] as const;
const BARE = new Set(["clear", "today", "now", "is_set", "is_empty"]);

interface LinesProps<T> {
  items: T[];
  blank: T;
  add: string;
  onChange: (items: T[]) => void;
  children: (item: T, set: (part: Partial<T>) => void, index: number) => ComponentChildren;
}

export function Lines<T>({ items, blank, add, onChange, children }: LinesProps<T>) {
  return (
    <div class="lines">
      {items.map((item, index) => (
        <div key={index} class="line">
          {children(
            item,
            (part) => onChange(items.map((one, at) => (at === index ? { ...one, ...part } : one))),
            index,
          )}
          <Button
            small
            kind="quiet"
            icon="trash"
            label={t("step.removeLine", { n: index + 1 })}
            onClick={() => onChange(items.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button small icon="plus" onClick={() => onChange([...items, { ...blank }])}>
        {add}
      </Button>
    </div>
  );
}

export function RuleFields({ step, problem, onChange }: StepProps) {
  const rules = step.rules ?? [];
  const set = (next: Rule[]) => onChange({ ...step, rules: next });
  const change = (id: string, part: Partial<Rule>) =>
    set(rules.map((rule) => (rule.id === id ? { ...rule, ...part } : rule)));
  return (
    <>
      {rules.map((rule, place) => (
        <fieldset key={rule.id} class="rule-box">
          <legend>{t("step.rule", { n: place + 1 })}</legend>
          <Lines
            items={rule.comparisons}
            blank={{ variable: "", op: "equals", value: "" }}
            add={t("step.addComparison")}
            onChange={(comparisons) => change(rule.id, { comparisons })}
          >
            {(one, write, index) => (
              <>
                <TextField
                  label={t("step.compared")}
                  name={`rules.${place}.comparisons.${index}.variable`}
                  value={one.variable}
                  onInput={(variable) => write({ variable })}
                  problem={problem}
                />
                <SelectField
                  label={t("step.op")}
                  name={`rules.${place}.comparisons.${index}.op`}
                  value={one.op}
                  onChange={(op) => write({ op })}
                  options={OPERATORS.map((op) => [op, t(`op.${op}`)])}
                />
                {!BARE.has(one.op) && (
                  <TextField
                    label={t("step.value")}
                    name={`rules.${place}.comparisons.${index}.value`}
                    value={one.value ?? ""}
                    onInput={(value) => write({ value })}
                    problem={problem}
                  />
                )}
              </>
            )}
          </Lines>
          <div class="actions">
            {rule.comparisons.length > 1 && (
              <select
                class="compact"
                aria-label={t("step.match")}
                value={rule.match ?? "all"}
                onChange={(event) => change(rule.id, { match: event.currentTarget.value as "all" })}
              >
                <option value="all">{t("step.match.all")}</option>
                <option value="any">{t("step.match.any")}</option>
              </select>
            )}
            {rules.length > 1 && (
              <Button
                small
                kind="quiet"
                icon="trash"
                onClick={() => set(rules.filter(({ id }) => id !== rule.id))}
              >
                {t("step.removeRule", { n: place + 1 })}
              </Button>
            )}
          </div>
        </fieldset>
      ))}
      <div class="actions">
        <Button
          small
          icon="plus"
          onClick={() =>
            set([
              ...rules,
              {
                id: freshId(rules, "rule"),
                comparisons: [{ variable: "", op: "equals", value: "" }],
              },
            ])
          }
        >
          {t("step.addRule")}
        </Button>
      </div>
    </>
  );
}

export function AssignFields({ step, problem, onChange }: StepProps) {
  return (
    <Lines
      items={step.assign ?? []}
      blank={{ variable: "", op: "set", value: "" }}
      add={t("step.addLine")}
      onChange={(assign) => onChange({ ...step, assign })}
    >
      {(one, write, index) => (
        <>
          <TextField
            label={t("step.compared")}
            name={`assign.${index}.variable`}
            value={one.variable}
            onInput={(variable) => write({ variable })}
            problem={problem}
          />
          <SelectField
            label={t("step.op")}
            name={`assign.${index}.op`}
            value={one.op ?? "set"}
            onChange={(op) => write({ op })}
            options={DOES.map((op) => [op, t(`do.${op}`)])}
          />
          {!BARE.has(one.op ?? "set") && (
            <TextField
              label={t("step.value")}
              name={`assign.${index}.value`}
              value={one.value ?? ""}
              onInput={(value) => write({ value })}
              problem={problem}
            />
          )}
        </>
      )}
    </Lines>
  );
}

export function MapFields({ step, problem, onChange }: StepProps) {
  return (
    <fieldset class="rule-box">
      <legend>{t("step.map")}</legend>
      <Lines
        items={step.map ?? []}
        blank={{ variable: "", path: "" }}
        add={t("step.addLine")}
        onChange={(map) => onChange({ ...step, map })}
      >
        {(one, write, index) => (
          <>
            <TextField
              label={t("step.path")}
              name={`map.${index}.path`}
              value={one.path}
              onInput={(path) => write({ path })}
              placeholder="data.items[0].name"
              problem={problem}
            />
            <TextField
              label={t("step.variable")}
              name={`map.${index}.variable`}
              value={one.variable}
              onInput={(variable) => write({ variable })}
              problem={problem}
            />
          </>
        )}
      </Lines>
    </fieldset>
  );
}
