import { useState } from "preact/hooks";
import { get, post, put } from "../../api/http";
import { date } from "../../i18n";
import { Button, ButtonLink, Empty, Loading, PageHead, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";
import type { Reseller, ResellerSettings, Whole } from "../api/types";
import { t } from "../i18n/operations";
import { Once } from "../parts/once";
import { me, mayRun, mayWrite, ofPlatform } from "../session";

const ZONES = [
  "America/Sao_Paulo",
  "America/Bahia",
  "America/Fortaleza",
  "America/Recife",
  "America/Belem",
  "America/Manaus",
  "America/Cuiaba",
  "America/Campo_Grande",
  "America/Porto_Velho",
  "America/Rio_Branco",
  "America/Noronha",
  "UTC",
];
const NOTIFY = ["warning", "critical", "never"] as const;

function New({ onMade }: { onMade: () => void }) {
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const make = useAction(async () => {
    await post("/api/resellers", { id, name });
    toast(t("resellers.created"));
    setId("");
    setName("");
    onMade();
  });
  return (
    <Panel title={t("resellers.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <TextField
          label={t("resellers.name")}
          name="name"
          value={name}
          onInput={setName}
          autocomplete="off"
          problem={make.problem}
          required
        />
        <TextField
          label={t("resellers.id")}
          name="id"
          value={id}
          onInput={setId}
          hint={t("resellers.idHint")}
          autocomplete="off"
          problem={make.problem}
          required
        />
        <ProblemNote problem={make.problem} except={["id", "name"]} />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("resellers.create")}
        </Button>
      </form>
    </Panel>
  );
}

interface FormProps {
  id: string;
  now: ResellerSettings;
}

function Form({ id, now }: FormProps) {
  const [values, setValues] = useState({
    zone: now.zone,
    silentHours: String(now.silentHours),
    alertEmails: now.alertEmails.join("\n"),
    webhookUrl: now.webhookUrl,
    notifyFrom: now.notifyFrom,
  });
  const [secret, setSecret] = useState("");
  const set = (name: keyof typeof values) => (text: string) =>
    setValues((all) => ({ ...all, [name]: text }));
  const save = useAction(async () => {
    const saved = await put<ResellerSettings>(`/api/resellers/${id}/settings`, {
      ...values,
      silentHours: Number(values.silentHours),
      alertEmails: values.alertEmails.split(/[\s,;]+/).filter(Boolean),
    });
    setSecret(saved.webhookSecret ?? "");
    toast(t("common.saved"));
  });
  const field = (name: keyof typeof values) => ({
    name,
    value: values[name],
    problem: save.problem,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      {secret && <Once text={t("settings.secret")} secrets={[{ value: secret }]} />}
      <div class="columns">
        <SelectField
          label={t("settings.zone")}
          {...field("zone")}
          onChange={set("zone")}
          options={ZONES.map((zone): [string, string] => [zone, zone.replace("_", " ")])}
        />
        <TextField
          label={t("settings.silent")}
          {...field("silentHours")}
          onInput={set("silentHours")}
          type="number"
          min={1}
          max={2160}
          required
        />
        <SelectField
          label={t("settings.notify")}
          {...field("notifyFrom")}
          onChange={set("notifyFrom")}
          options={NOTIFY.map((one): [string, string] => [one, t(`notify.${one}`)])}
        />
      </div>
      <TextField
        label={t("settings.emails")}
        {...field("alertEmails")}
        onInput={set("alertEmails")}
        hint={t("settings.emailsHint")}
        rows={3}
        required={false}
      />
      <TextField
        label={t("settings.webhook")}
        {...field("webhookUrl")}
        onInput={set("webhookUrl")}
        hint={t("settings.webhookHint")}
        type="url"
        required={false}
      />
      <ProblemNote problem={save.problem} except={Object.keys(values)} />
      {mayWrite.value && (
        <div class="actions">
          <Button type="submit" kind="primary" busy={save.busy}>
            {t("common.save")}
          </Button>
          <ButtonLink href={`#/?resellerId=${id}`} icon="table">
            {t("resellers.boxes")}
          </ButtonLink>
        </div>
      )}
    </form>
  );
}

function Settings({ id }: { id: string }) {
  const path = `/api/resellers/${id}/settings`;
  const found = useResource(path, () => get<ResellerSettings>(path));
  return (
    <Panel>
      <ProblemNote problem={found.problem} />
      {!found.data && !found.problem && <Loading />}
      {found.data && <Form id={id} now={found.data} />}
    </Panel>
  );
}

/** Who sells the box, and how each wants to be told of trouble. */
export function Resellers({ id }: { id?: string | undefined }) {
  const found = useResource("all resellers", () => get<Whole<Reseller>>("/api/resellers"));
  const items = found.data?.items;
  // A reseller's own people have one to look at.
  const shown = id ?? (ofPlatform.value ? undefined : me.value?.resellerId);
  if (shown) {
    const name = items?.find((one) => one.id === shown)?.name ?? shown;
    return (
      <>
        <PageHead
          title={t("settings.title", { name })}
          {...(id && mayRun.value ? { back: "#/resellers" } : {})}
        />
        <Settings key={shown} id={shown} />
      </>
    );
  }
  return (
    <>
      <PageHead title={t("nav.resellers")} lead={t("resellers.lead")} />
      <div class="split">
        <Panel title={t("nav.resellers")} icon="link">
          <ProblemNote problem={found.problem} />
          {!items && !found.problem && <Loading />}
          {items?.length === 0 && (
            <Empty icon="link" title={t("resellers.none")} text={t("resellers.noneText")} />
          )}
          <ul class="rows">
            {items?.map((one) => (
              <li key={one.id}>
                <a class="list-row" href={`#/resellers/${one.id}`}>
                  <span>
                    <b>{one.name}</b>
                    <small class="mono">{one.id}</small>
                  </span>
                  <small class="end">{t("resellers.since", { when: date(one.createdAt) })}</small>
                </a>
              </li>
            ))}
          </ul>
        </Panel>
        {mayRun.value && <New onMade={found.reload} />}
      </div>
    </>
  );
}
