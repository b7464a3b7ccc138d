import { Problem } from "../api/problem";
import { t } from "../i18n";
import { parseMoney } from "../money";
import { TextField } from "./form";

interface Props {
  label: string;
  name: string;
  value: string;
  onInput: (text: string) => void;
  problem?: Problem | null;
  hint?: string;
  required?: boolean;
}

/** An amount, as text while somebody writes it; `centavos` reads it. */
export function MoneyField({ hint, ...props }: Props) {
  const wrong = props.value !== "" && parseMoney(props.value) === null;
  return (
    <TextField
      {...props}
      hint={hint ?? "R$"}
      error={wrong ? t("money.bad") : undefined}
      inputMode="decimal"
      autocomplete="off"
    />
  );
}

/** The amount in a field; null where it is empty. Throws the problem that marks the field. */
export function centavos(text: string, field: string): number | null {
  if (text.trim() === "") return null;
  const amount = parseMoney(text);
  if (amount === null)
    throw new Problem(400, "bad_input", t("money.bad"), field, { [field]: t("money.bad") });
  return amount;
}
