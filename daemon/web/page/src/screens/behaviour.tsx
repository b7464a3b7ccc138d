import { useState } from "preact/hooks";
import { get, patch } from "../api/http";
import type { AgentSettings, AnswerMode } from "../api/types";
import { t } from "../i18n/behaviour";
import { may } from "../state/session";
import { Button, Loading, Panel } from "../ui/basics";
import { toast } from "../ui/feedback";
import { ProblemNote, SelectField, Switch, TextField, useAction } from "../ui/form";
import { useResource } from "../ui/resource";
import { CsatPanel } from "./csat-panel";

/** How one agent answers, when it hands over, and at what pace. */
export function Behaviour({ agentId }: { agentId: string }) {
  const settings = useResource(agentId, () => get<AgentSettings>(`/settings/${agentId}`));
  if (!settings.data) {
    return settings.problem ? <ProblemNote problem={settings.problem} /> : <Loading />;
  }
  return <Form agentId={agentId} saved={settings.data} />;
}

const FIELDS = [
  "answerMode",
  "threshold",
  "fallback.message",
  "debounce.minSeconds",
  "debounce.maxSeconds",
  "handover.returnAfterMinutes",
  "handover.takeCommand",
  "handover.returnCommand",
  "handover.keywords",
  "autoReplyMaxAgeMinutes",
  "voice.reply",
  "voice.speed",
  "csat.question",
];

function Form({ agentId, saved }: { agentId: string; saved: AgentSettings }) {
  const [form, setForm] = useState(saved);
  const [keywords, setKeywords] = useState(saved.handover.keywords.join(", "));
  const save = useAction(async () => {
    const words = keywords.split(",").map((word) => word.trim());
    const handover = { ...form.handover, keywords: words.filter(Boolean) };
    const { answerMode, threshold, showSource, fallback, debounce, autoReplyMaxAgeMinutes } = form;
    const pacing = { enabled: form.pacing.enabled };
    const body = {
      answerMode,
      threshold,
      showSource,
      fallback,
      debounce,
      pacing,
      handover,
      autoReplyMaxAgeMinutes,
      tools: form.tools,
      voice: { reply: form.voice.reply, speed: form.voice.speed },
      csat: form.csat,
    };
    setForm(await patch<AgentSettings>(`/settings/${agentId}`, body));
    toast(t("common.saved"));
  });
  const change = <K extends keyof AgentSettings>(key: K, part: Partial<AgentSettings[K]>) =>
    setForm((all) => ({ ...all, [key]: { ...(all[key] as object), ...part } }));
  const number = { type: "number", inputMode: "decimal", step: "any" } as const;
  const { problem } = save;

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <div class="split even">
        <div class="stack">
          <Panel title={t("behaviour.answers")} icon="chat" class="form-panel">
            <SelectField
              label={t("behaviour.mode")}
              name="answerMode"
              value={form.answerMode}
              onChange={(mode) => setForm({ ...form, answerMode: mode as AnswerMode })}
              options={[
                ["auto", t("behaviour.mode.auto")],
                ["generative", t("behaviour.mode.generative")],
                ["extractive", t("behaviour.mode.extractive")],
              ]}
              hint={t("behaviour.modeHint")}
              problem={problem}
            />
            <TextField
              {...number}
              label={t("behaviour.threshold")}
              name="threshold"
              min={0.1}
              max={1}
              value={String(form.threshold)}
              onInput={(value) => setForm({ ...form, threshold: Number(value) })}
              hint={t("behaviour.thresholdHint")}
              problem={problem}
            />
            <TextField
              label={t("behaviour.fallback")}
              name="fallback.message"
              rows={3}
              value={form.fallback.message ?? ""}
              onInput={(message) => change("fallback", { message: message || null })}
              placeholder={t("behaviour.fallbackOwn")}
              hint={t("behaviour.fallbackHint")}
              problem={problem}
            />
            <Switch
              label={t("behaviour.showSource")}
              hint={t("behaviour.showSourceHint")}
              checked={form.showSource}
              onChange={(showSource) => setForm({ ...form, showSource })}
            />
            <Switch
              label={t("behaviour.offerHuman")}
              checked={form.fallback.offerHuman}
              onChange={(offerHuman) => change("fallback", { offerHuman })}
            />
          </Panel>
          <CsatPanel csat={form.csat} onChange={(part) => change("csat", part)} problem={problem} />
        </div>
        <div class="stack">
          <Panel title={t("behaviour.handover")} icon="hand" class="form-panel">
            <TextField
              {...number}
              label={t("behaviour.returnAfter")}
              name="handover.returnAfterMinutes"
              min={1}
              value={String(form.handover.returnAfterMinutes ?? "")}
              onInput={(value) =>
                change("handover", { returnAfterMinutes: value === "" ? null : Number(value) })
              }
              hint={t("behaviour.returnAfterHint")}
              problem={problem}
            />
            <TextField
              label={t("behaviour.takeCommand")}
              name="handover.takeCommand"
              value={form.handover.takeCommand}
              onInput={(takeCommand) => change("handover", { takeCommand })}
              hint={t("behaviour.takeCommandHint")}
              problem={problem}
            />
            <TextField
              label={t("behaviour.returnCommand")}
              name="handover.returnCommand"
              value={form.handover.returnCommand}
              onInput={(returnCommand) => change("handover", { returnCommand })}
              hint={t("behaviour.returnCommandHint")}
              problem={problem}
            />
            <TextField
              label={t("behaviour.keywords")}
              name="handover.keywords"
              value={keywords}
              onInput={setKeywords}
              hint={t("behaviour.keywordsHint")}
              problem={problem}
            />
          </Panel>
          <Panel title={t("behaviour.tools")} icon="mic" class="form-panel">
            {form.tools.map((tool) => (
              <Switch
                key={tool.name}
                label={t(`behaviour.tool.${tool.name}`)}
                checked={tool.enabled}
                onChange={(enabled) =>
                  setForm({
                    ...form,
                    tools: form.tools.map((one) =>
                      one.name === tool.name ? { ...one, enabled } : one,
                    ),
                  })
                }
              />
            ))}
            <SelectField
              label={t("behaviour.voice")}
              name="voice.reply"
              value={form.voice.reply}
              onChange={(reply) => change("voice", { reply: reply as "never" })}
              options={(["never", "mirror", "always"] as const).map((one) => [
                one,
                t(`behaviour.voice.${one}`),
              ])}
              hint={t("behaviour.voiceHint")}
              problem={problem}
            />
            <TextField
              {...number}
              label={t("behaviour.speed")}
              name="voice.speed"
              value={String(form.voice.speed)}
              onInput={(value) => change("voice", { speed: Number(value) })}
              problem={problem}
            />
          </Panel>
          <Panel title={t("behaviour.pace")} icon="clock" class="form-panel">
            <div class="columns">
              <TextField
                {...number}
                label={t("behaviour.debounceMin")}
                name="debounce.minSeconds"
                min={0}
                value={String(form.debounce.minSeconds)}
                onInput={(value) => change("debounce", { minSeconds: Number(value) })}
                problem={problem}
              />
              <TextField
                {...number}
                label={t("behaviour.debounceMax")}
                name="debounce.maxSeconds"
                min={0}
                value={String(form.debounce.maxSeconds)}
                onInput={(value) => change("debounce", { maxSeconds: Number(value) })}
                problem={problem}
              />
            </div>
            <p class="hint">{t("behaviour.debounceHint")}</p>
            <Switch
              label={t("behaviour.pacing")}
              hint={t("behaviour.pacingHint")}
              checked={form.pacing.enabled}
              onChange={(enabled) => change("pacing", { enabled })}
            />
            <TextField
              {...number}
              label={t("behaviour.maxAge")}
              name="autoReplyMaxAgeMinutes"
              min={0}
              value={String(form.autoReplyMaxAgeMinutes)}
              onInput={(value) => setForm({ ...form, autoReplyMaxAgeMinutes: Number(value) })}
              hint={t("behaviour.maxAgeHint")}
              problem={problem}
            />
          </Panel>
        </div>
      </div>
      <ProblemNote problem={problem} except={FIELDS} />
      {may("operator") && (
        <div class="actions sticky">
          <Button type="submit" kind="primary" busy={save.busy}>
            {t("common.save")}
          </Button>
        </div>
      )}
    </form>
  );
}
