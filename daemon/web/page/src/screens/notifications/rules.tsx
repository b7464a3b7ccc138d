import { useState } from "preact/hooks";
import { get, patch } from "../../api/http";
import { CHANNELS, type Channel, type Rule } from "../../api/notifications";
import { t } from "../../i18n/notifications";
import { Button, Loading, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, Switch, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";

// These count what is left, so they tell when it falls below.
const SCARCE = new Set(["disk_low", "licence"]);

interface RowProps {
  rule: Rule;
  onChange: (rule: Rule) => void;
}

function RuleRow({ rule, onChange }: RowProps) {
  const name = t(`rule.${rule.rule}`);
  const toggle = (channel: Channel) => (event: { currentTarget: HTMLInputElement }) =>
    onChange({
      ...rule,
      channels: CHANNELS.filter((one) =>
        one === channel ? event.currentTarget.checked : rule.channels.includes(one),
      ),
    });
  return (
    <li class="rule">
      <Switch
        label={name}
        hint={t(`severity.${rule.severity}`)}
        checked={rule.enabled}
        onChange={(enabled) => onChange({ ...rule, enabled })}
      />
      {rule.unit && (
        <TextField
          label={`${t(SCARCE.has(rule.rule) ? "rule.below" : "rule.threshold")} (${t(`unit.${rule.unit}`)})`}
          name={`${rule.rule}.threshold`}
          type="number"
          min={rule.least}
          max={rule.most}
          value={rule.threshold === null ? "" : String(rule.threshold)}
          onInput={(text) => onChange({ ...rule, threshold: text === "" ? null : Number(text) })}
        />
      )}
      <fieldset>
        <legend>
          {t("rule.through")}
          <span class="sr">: {name}</span>
        </legend>
        {CHANNELS.map((channel) => (
          <label key={channel}>
            <input
              type="checkbox"
              checked={rule.channels.includes(channel)}
              onChange={toggle(channel)}
            />
            {t(`channel.${channel}`)}
          </label>
        ))}
      </fieldset>
    </li>
  );
}

function Form({ before, onSaved }: { before: Rule[]; onSaved: (rules: Rule[]) => void }) {
  const [rules, setRules] = useState(before);
  const save = useAction(async () => {
    const items = rules.map(({ rule, enabled, threshold, channels }) => ({
      rule,
      enabled,
      threshold,
      channels,
    }));
    onSaved((await patch<{ items: Rule[] }>("/notifications/rules", { items })).items);
    toast(t("rule.saved"));
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <ul class="rows">
        {rules.map((rule) => (
          <RuleRow
            key={rule.rule}
            rule={rule}
            onChange={(next) => setRules(rules.map((one) => (one.rule === next.rule ? next : one)))}
          />
        ))}
      </ul>
      <ProblemNote problem={save.problem} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={save.busy}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

/** What is watched, from when on it counts, and by which channels it is told. */
export function Rules() {
  const found = useResource("rules", () => get<{ items: Rule[] }>("/notifications/rules"));
  return (
    <Panel title={t("notice.rules")} icon="settings">
      <p class="lead">{t("rule.lead")}</p>
      <ProblemNote problem={found.problem} />
      {found.data ? (
        <Form before={found.data.items} onSaved={(items) => found.set(() => ({ items }))} />
      ) : (
        !found.problem && <Loading />
      )}
    </Panel>
  );
}
