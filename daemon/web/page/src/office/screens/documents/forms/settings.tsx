import { number } from "../../../../i18n";
import { SelectField, TextField } from "../../../../ui/form";
import type { Contents } from "../../../api/types";
import { has, t } from "../../../i18n/publishing";
import { asNumber, text, withValue, wrongAt, type Body, type FormProps } from "../contents";

type Setting = Contents["settings"][number];

const word = (key: string, otherwise: string) => (has(key) ? t(key) : otherwise);

function One({
  one,
  values,
  set,
  problem,
}: {
  one: Setting;
  values: Body;
  set: (value: unknown) => void;
  problem: FormProps["problem"];
}) {
  const place = `${one.part}.${one.key}`;
  const common = {
    label: word(`setting.${place}`, place),
    name: place,
    error: wrongAt(problem, place),
  };
  if (one.choices.length > 0)
    return (
      <SelectField
        {...common}
        value={text(values[one.key])}
        onChange={set}
        options={[
          ["", t("config.own")],
          ...one.choices.map((choice): [string, string] => [
            choice,
            word(`level.${choice}`, choice),
          ]),
        ]}
      />
    );
  return (
    <TextField
      {...common}
      type="number"
      {...(one.least === null ? {} : { min: one.least })}
      {...(one.most === null ? {} : { max: one.most })}
      value={text(values[one.key])}
      onInput={(value) => set(asNumber(value))}
      placeholder={t("config.own")}
      hint={t("config.range", {
        least: number(one.least ?? 0),
        most: number(one.most ?? 0),
        usual: number(Number(one.default)),
      })}
    />
  );
}

/** The settings that may change from afar; what is left empty stays as each box has it. */
export function SettingsForm({ body, onChange, problem, told }: FormProps) {
  const parts = [...new Set(told.settings.map(({ part }) => part))];
  return (
    <>
      {parts.map((part) => {
        const values = (body[part] ?? {}) as Body;
        const put = (key: string, value: unknown) => {
          const next = withValue(values, key, value);
          onChange(withValue(body, part, Object.keys(next).length ? next : undefined));
        };
        return (
          <fieldset key={part} class="ticks-set">
            <legend>{word(`part.${part}`, part)}</legend>
            <div class="columns">
              {told.settings
                .filter((one) => one.part === part)
                .map((one) => (
                  <One
                    key={one.key}
                    one={one}
                    values={values}
                    set={(value) => put(one.key, value)}
                    problem={problem}
                  />
                ))}
            </div>
          </fieldset>
        );
      })}
    </>
  );
}
