import { t } from "../i18n";
import { Button } from "./basics";
import { toast } from "./feedback";
import { Icon } from "./icon";

/** Something to copy: a key, an address, a command. */
export function Copyable({ text }: { text: string }) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => toast(t("common.copied")),
      () => undefined,
    );
  return (
    <>
      <code class="secret">{text}</code>
      <Button small icon="copy" onClick={() => void copy()}>
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
