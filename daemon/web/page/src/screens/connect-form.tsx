import { useState } from "preact/hooks";
import { post } from "../api/http";
import type { WhatsAppSession } from "../api/types";
import { t } from "../i18n/whatsapp";
import { Button, Panel } from "../ui/basics";
import { ProblemNote, TextField, useAction } from "../ui/form";
import { Icon } from "../ui/icon";

type Method = "qr" | "code";

interface Props {
  agentId: string;
  /** How many numbers the agent has already. */
  present: number;
  onStarted: () => void;
}

/** Start a session: by QR code, or by a code typed on the phone. */
export function ConnectForm({ agentId, present, onStarted }: Props) {
  const [method, setMethod] = useState<Method>("qr");
  const [phone, setPhone] = useState("");
  const [name, setName] = useState(t("whatsapp.nameExample", { n: present + 1 }));
  const first = present === 0;
  const start = useAction(async () => {
    await post<WhatsAppSession>(`/whatsapp/${agentId}/sessions/init`, {
      method,
      ...(method === "code" ? { phone } : {}),
      // The same name would be the same session again.
      ...(first ? {} : { name }),
    });
    onStarted();
  });
  return (
    <Panel title={t(first ? "whatsapp.connect" : "whatsapp.another")} icon="link" class="narrow">
      <p class="lead">{t("whatsapp.lead")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void start.run();
        }}
      >
        <fieldset class="choices">
          <legend class="sr">{t("whatsapp.method")}</legend>
          {(["qr", "code"] as const).map((one) => (
            <label key={one} class="choice">
              <input
                type="radio"
                name="method"
                value={one}
                checked={method === one}
                onChange={() => setMethod(one)}
              />
              <Icon name={one === "qr" ? "qr" : "phone"} size={22} />
              <span>
                <b>{t(`whatsapp.by.${one}`)}</b>
                <small>{t(`whatsapp.by.${one}.text`)}</small>
              </span>
            </label>
          ))}
        </fieldset>
        {!first && (
          <TextField
            label={t("whatsapp.name")}
            name="name"
            value={name}
            onInput={setName}
            hint={t("whatsapp.nameHint")}
            autocomplete="off"
            problem={start.problem}
            required
          />
        )}
        {method === "code" && (
          <TextField
            label={t("whatsapp.phone")}
            name="phone"
            type="tel"
            inputMode="tel"
            autocomplete="tel"
            value={phone}
            onInput={setPhone}
            placeholder="+55 11 91234-5678"
            hint={t("whatsapp.phoneHint")}
            problem={start.problem}
            required
          />
        )}
        <ProblemNote
          problem={start.problem}
          except={[...(first ? [] : ["name"]), ...(method === "code" ? ["phone"] : [])]}
        />
        <Button type="submit" kind="primary" icon="link" busy={start.busy}>
          {t("whatsapp.start")}
        </Button>
      </form>
    </Panel>
  );
}
