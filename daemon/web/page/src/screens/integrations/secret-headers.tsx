/** Headers that go along and are never shown again: written anew, kept, or taken away. */
import { Problem } from "../../api/problem";
import { t } from "../../i18n/integrations";
import { Switch, TextField } from "../../ui/form";

export interface Headers {
  text: string;
  none: boolean;
}

export const NO_HEADERS: Headers = { text: "", none: false };

/** What to say to the daemon; undefined keeps what it has. Throws the problem of a bad line. */
export function saidHeaders({ text, none }: Headers): Record<string, string> | undefined {
  if (none) return {};
  const lines = text.split("\n").filter((line) => line.trim());
  if (lines.length === 0) return undefined;
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", ...rest] = line.split(":");
      const value = rest.join(":").trim();
      if (!name.trim() || !value) {
        const words = t("io.badHeader", { line: line.trim() });
        throw new Problem(400, "bad_input", words, "headers", { headers: words });
      }
      return [name.trim(), value];
    }),
  );
}

interface Props {
  kept: string[];
  value: Headers;
  problem: Problem | null;
  onChange: (value: Headers) => void;
}

export function HeaderFields({ kept, value, problem, onChange }: Props) {
  return (
    <>
      {!value.none && (
        <TextField
          label={t("crm.headers")}
          name="headers"
          rows={2}
          value={value.text}
          onInput={(text) => onChange({ ...value, text })}
          hint={
            kept.length > 0 ? t("io.keptHeaders", { names: kept.join(", ") }) : t("crm.headersHint")
          }
          problem={problem}
          required={false}
        />
      )}
      {kept.length > 0 && (
        <Switch
          label={t("io.noHeaders")}
          checked={value.none}
          onChange={(none) => onChange({ ...value, none })}
        />
      )}
    </>
  );
}
