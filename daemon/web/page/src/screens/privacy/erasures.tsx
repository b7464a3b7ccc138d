import { useState } from "preact/hooks";
import { saveFile } from "../../api/file";
import { post } from "../../api/http";
import { running, type Erasure, type Held } from "../../api/privacy";
import { dateTime, language, number } from "../../i18n";
import { count, has, t } from "../../i18n/privacy";
import { phone as shown } from "../../phone";
import { may } from "../../state/session";
import { Badge, Button, Panel, Progress } from "../../ui/basics";
import { toastProblem } from "../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { DataTable } from "../../ui/table";

const placeOf = (name: string) => {
  const key = `place.${name}`;
  return has(key) ? t(key) : name;
};

function Result({ erasure }: { erasure: Erasure }) {
  const { counts, files, outside, remaining } = erasure;
  const left = Object.keys(remaining);
  const rows = [...counts, { place: "files", erased: files, kept: 0 }].filter(
    ({ erased }) => erased > 0,
  );
  return (
    <>
      <div class={`notice ${left.length > 0 ? "warn" : "ok"}`}>
        <Icon name={left.length > 0 ? "warning" : "check"} />
        <p>
          {left.length > 0 ? t("privacy.left", { files: left.join(", ") }) : t("privacy.clean")}
        </p>
      </div>
      {outside.length > 0 && <p>{t("privacy.outside", { names: outside.join(", ") })}</p>}
      {counts
        .filter(({ kept }) => kept > 0)
        .map(({ place }) => (
          <p key={place}>{t("privacy.kept", { place: placeOf(place) })}</p>
        ))}
      <DataTable
        title={t("privacy.erasures")}
        head={[t("privacy.place"), t("privacy.count")]}
        rows={rows.map(({ place, erased }) => [placeOf(place), number(erased)])}
      />
    </>
  );
}

/** One erasure: how far it is, and what it did. */
export function ErasureCard({ erasure, open = false }: { erasure: Erasure; open?: boolean }) {
  const id = erasure.id.slice(-6);
  const total = erasure.counts.reduce((sum, one) => sum + one.erased, erasure.files);
  const wanted = language.value === "en" ? "en" : "pt-BR";
  const url = `/privacy/erasures/${erasure.id}/certificate?language=${wanted}`;
  const at = dateTime(erasure.finishedAt ?? erasure.createdAt);
  return (
    <Panel
      title={t("privacy.erasure", { id })}
      icon="shield"
      class="stack"
      actions={
        erasure.state === "ready" && (
          <Button
            small
            icon="download"
            label={t("privacy.certificateOf", { id })}
            onClick={() =>
              void saveFile(url, `${t("privacy.certificate")}-${id}.html`).catch(toastProblem)
            }
          >
            {t("privacy.certificate")}
          </Button>
        )
      }
    >
      <p>
        {at} · {count("privacy.erased", total)}{" "}
        {erasure.origin === "restore" && <Badge>{t("privacy.restored")}</Badge>}
        {erasure.state === "failed" && <Badge tone="bad">{t("privacy.failed")}</Badge>}
      </p>
      {running(erasure) && <Progress value={erasure.progress} label={t("privacy.erasing")} />}
      {open && erasure.state === "ready" && <Result erasure={erasure} />}
    </Panel>
  );
}

/** Asks for the name or the phone, then erases. */
export function ErasePanel({ held, onAsked }: { held: Held; onAsked: () => void }) {
  const [typed, setTyped] = useState("");
  const erase = useAction(async () => {
    await post(`/privacy/contacts/${held.contactId}/erase`, { confirm: typed });
    onAsked();
  });
  const what = held.name ?? (held.phone ? shown(held.phone) : held.contactId);
  return (
    <Panel title={t("privacy.erase")} icon="trash" class="stack">
      <p>{t("privacy.eraseText")}</p>
      <p class="hint">{t("privacy.eraseLaw")}</p>
      {!may("owner") && <p>{t("privacy.eraseOwner")}</p>}
      {may("owner") && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void erase.run();
          }}
        >
          <TextField
            label={t("privacy.confirm", { what })}
            name="confirm"
            value={typed}
            onInput={setTyped}
            autocomplete="off"
            problem={erase.problem}
            required
          />
          <ProblemNote problem={erase.problem} except={["confirm"]} />
          <div class="actions">
            <Button type="submit" kind="danger" icon="trash" busy={erase.busy}>
              {t("privacy.eraseDo")}
            </Button>
          </div>
        </form>
      )}
    </Panel>
  );
}
