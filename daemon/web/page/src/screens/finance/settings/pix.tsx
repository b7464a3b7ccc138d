import { useState } from "preact/hooks";
import { BILLING, type PixPicture } from "../../../api/billing";
import { post } from "../../../api/http";
import { t } from "../../../i18n/billing";
import { parseMoney } from "../../../money";
import { Button, Panel } from "../../../ui/basics";
import { ProblemNote, TextField, useAction } from "../../../ui/form";
import { MoneyField } from "../../../ui/money-field";
import { useResource } from "../../../ui/resource";
import { Copyable } from "../../../ui/secret";
import { useSettled } from "../../../ui/settled";
import type { PartProps } from ".";

const FIELDS = ["pix.key", "pix.name", "pix.city"];

/** The code that an invoice would have, while it is being written. */
function Sample({ pix }: { pix: PartProps["saved"]["pix"] }) {
  const [amount, setAmount] = useState("49,90");
  const wanted = JSON.stringify({ pix, amountCentavos: parseMoney(amount) ?? 0 });
  const asked = useSettled(wanted);
  const drawn = useResource(asked, () =>
    post<PixPicture>(`${BILLING}/pix/preview`, JSON.parse(asked)),
  );
  return (
    <div class="starts pix-sample">
      <MoneyField
        label={t("billing.sample")}
        name="amountCentavos"
        value={amount}
        onInput={setAmount}
        hint={t("billing.sampleHint")}
        problem={drawn.problem}
      />
      {drawn.data && (
        <>
          <figure class="qr">
            <img
              src={`data:image/svg+xml,${encodeURIComponent(drawn.data.svg)}`}
              alt={t("billing.sampleAlt")}
            />
          </figure>
          <Copyable text={drawn.data.code} />
        </>
      )}
      {drawn.problem && <ProblemNote problem={drawn.problem} except={["amountCentavos"]} />}
    </div>
  );
}

/** Who is paid by Pix. */
export function PixPanel({ saved, save }: PartProps) {
  const [pix, setPix] = useState(saved.pix);
  // A key comes back as the banks' directory has it: without dots and dashes.
  const keep = useAction(async () => setPix((await save({ pix })).pix));
  const field = (name: keyof typeof pix) => ({
    name: `pix.${name}`,
    label: t(`billing.pix.${name}`),
    value: pix[name],
    onInput: (text: string) => setPix({ ...pix, [name]: text }),
    problem: keep.problem,
    autocomplete: "off",
  });
  return (
    <Panel title={t("billing.pix")} icon="qr" class="form-panel">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void keep.run();
        }}
      >
        <TextField {...field("key")} hint={t("billing.pix.keyHint")} maxLength={77} />
        <div class="columns">
          <TextField {...field("name")} hint={t("billing.pix.nameHint")} maxLength={60} />
          <TextField {...field("city")} maxLength={60} />
        </div>
        <ProblemNote problem={keep.problem} except={FIELDS} />
        {pix.key === "" ? <p class="quiet-note">{t("billing.pix.none")}</p> : <Sample pix={pix} />}
        <div class="actions">
          <Button type="submit" kind="primary" busy={keep.busy}>
            {t("billing.pix.save")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
