import { useState } from "preact/hooks";
import { get, patch, post } from "../../api/http";
import { CHANNELS, type NoticeSettings, type Tried } from "../../api/notifications";
import type { Agent, Page } from "../../api/types";
import { t } from "../../i18n/notifications";
import { Button, Light, Loading, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, SelectField, Switch, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";

const FIELDS = ["phone", "agentId", "emails", "quietStart", "quietEnd", "hourlyLimit"];

interface FormProps {
  before: NoticeSettings;
  onSaved: (after: NoticeSettings) => void;
}

function Form({ before, onSaved }: FormProps) {
  const [values, setValues] = useState(before);
  const [emails, setEmails] = useState(before.emails.join(", "));
  const agents = useResource("agents", () => get<Page<Agent>>("/agents?limit=200"));
  const set = (change: Partial<NoticeSettings>) => setValues({ ...values, ...change });
  const save = useAction(async () => {
    const { phone, agentId, quietHours, quietStart, quietEnd } = values;
    const { criticalPasses, hourlyLimit, language } = values;
    onSaved(
      await patch<NoticeSettings>("/notifications/settings", {
        phone: phone?.replace(/[\s()-]/g, "") ?? null,
        agentId,
        emails: emails
          .split(/[,;\s]+/)
          .map((one) => one.trim())
          .filter(Boolean),
        quietHours,
        quietStart,
        quietEnd,
        criticalPasses,
        hourlyLimit,
        language,
      }),
    );
    toast(t("common.saved"));
  });
  const { problem } = save;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <TextField
        label={t("channels.phone")}
        name="phone"
        type="tel"
        value={values.phone ?? ""}
        onInput={(text) => set({ phone: text || null })}
        hint={t("channels.phoneHint")}
        problem={problem}
      />
      <SelectField
        label={t("channels.agent")}
        name="agentId"
        value={values.agentId ?? ""}
        onChange={(id) => set({ agentId: id || null })}
        options={[
          ["", t("channels.anyAgent")],
          ...(agents.data?.items ?? []).map(({ id, name }): [string, string] => [id, name]),
        ]}
        problem={problem}
      />
      <TextField
        label={t("channels.emails")}
        name="emails"
        value={emails}
        onInput={setEmails}
        hint={t("channels.emailsHint")}
        problem={problem}
      />
      <SelectField
        label={t("channels.language")}
        name="language"
        value={values.language}
        onChange={(language) => set({ language: language as NoticeSettings["language"] })}
        options={[
          ["pt-BR", t("language.pt")],
          ["en", t("language.en")],
        ]}
        problem={problem}
      />
      <Switch
        label={t("channels.quiet")}
        hint={t("channels.quietHint")}
        checked={values.quietHours}
        onChange={(quietHours) => set({ quietHours })}
      />
      {values.quietHours && (
        <div class="columns">
          <TextField
            label={t("channels.from")}
            name="quietStart"
            type="time"
            value={values.quietStart}
            onInput={(quietStart) => set({ quietStart })}
            problem={problem}
          />
          <TextField
            label={t("channels.until")}
            name="quietEnd"
            type="time"
            value={values.quietEnd}
            onInput={(quietEnd) => set({ quietEnd })}
            problem={problem}
          />
        </div>
      )}
      {values.quietHours && (
        <Switch
          label={t("channels.critical")}
          checked={values.criticalPasses}
          onChange={(criticalPasses) => set({ criticalPasses })}
        />
      )}
      <TextField
        label={t("channels.limit")}
        name="hourlyLimit"
        type="number"
        min={1}
        max={100}
        value={String(values.hourlyLimit)}
        onInput={(text) => set({ hourlyLimit: Number(text) })}
        hint={t("channels.limitHint")}
        problem={problem}
      />
      <ProblemNote problem={problem} except={FIELDS} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={save.busy}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

function State({ settings }: { settings: NoticeSettings }) {
  const [tried, setTried] = useState<Tried[]>([]);
  const test = useAction(async () => {
    setTried((await post<{ items: Tried[] }>("/notifications/test")).items);
  });
  return (
    <Panel title={t("channels.state")} icon="send">
      <dl class="facts">
        {CHANNELS.map((channel) => (
          <div key={channel}>
            <dt>{t(`channel.${channel}`)}</dt>
            <dd>
              <Light tone={settings.channels[channel] ? "ok" : "plain"}>
                {t(settings.channels[channel] ? "channels.works" : "channels.missing")}
              </Light>
            </dd>
          </div>
        ))}
      </dl>
      <p class="quiet-note">{t("channels.testNote")}</p>
      <ProblemNote problem={test.problem} />
      <div class="actions foot">
        <Button icon="send" busy={test.busy} onClick={() => void test.run()}>
          {t("channels.test")}
        </Button>
      </div>
      <div role="status">
        <ul class="deliveries">
          {tried.map((one) => (
            <li key={one.channel}>
              <b>{t(`channel.${one.channel}`)}:</b> {one.detail}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

/** Whom the box tells, when not to, and whether it can. */
export function ChannelSettings() {
  const found = useResource("channels", () => get<NoticeSettings>("/notifications/settings"));
  if (!found.data) return found.problem ? <ProblemNote problem={found.problem} /> : <Loading />;
  return (
    <div class="split">
      <Panel title={t("channels.whom")} icon="user">
        <Form before={found.data} onSaved={(after) => found.set(() => after)} />
      </Panel>
      <State settings={found.data} />
    </div>
  );
}
