/** Something that is shown this once: a key, a token, the line to type. */
import { t } from "../i18n";
import { Button } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { Icon } from "../../ui/icon";

interface Props {
  text: string;
  /** What to copy; each with its own button. */
  secrets: { label?: string; value: string }[];
}

export function copy(value: string): void {
  navigator.clipboard.writeText(value).then(
    () => toast(t("common.copied")),
    () => undefined,
  );
}

export function Once({ text, secrets }: Props) {
  return (
    <div class="notice ok" role="status">
      <Icon name="key" />
      <div class="once">
        <p>{text}</p>
        {secrets.map(({ label, value }) => (
          <div key={value}>
            {label && <small>{label}</small>}
            <code class="secret">{value}</code>
            <Button
              small
              icon="copy"
              label={`${t("common.copy")}${label ? `: ${label}` : ""}`}
              onClick={() => copy(value)}
            >
              {t("common.copy")}
            </Button>
          </div>
        ))}
      </div>
    </div>
  );
}
