import { t } from "../i18n";
import { Button } from "./basics";
import { toast } from "./feedback";
import { Icon } from "./icon";

export function copy(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => toast(t("common.copied")),
    () => undefined,
  );
}

/** Something to copy: a key, an address, a command; among several, each with its name. */
export function Copyable({ text, name }: { text: string; name?: string | undefined }) {
  return (
    <>
      <code class="secret">{text}</code>
      <Button
        small
        icon="copy"
        {...(name ? { label: `${t("common.copy")}: ${name}` } : {})}
        onClick={() => copy(text)}
      >
        {t("common.copy")}
      </Button>
    </>
  );
}

/** A secret that is shown this once. */
export function SecretOnce({ note, text }: { note: string; text: string }) {
  return (
    <div class="notice ok" role="status">
      <Icon name="key" />
      <div>
        <p>{note}</p>
        <Copyable text={text} />
      </div>
    </div>
  );
}
