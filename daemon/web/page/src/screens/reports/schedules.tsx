import { useState } from "preact/hooks";
import { del, get, patch, post } from "../../api/http";
import { EVERY, type Every, type Schedule } from "../../api/reports";
import type { Agent, Page } from "../../api/types";
import { dateTime, weekday } from "../../i18n";
import { t } from "../../i18n/reports";
import { may } from "../../state/session";
import { Button, Empty, Loading, Panel } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote, SelectField, Switch, TextField, useAction } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { blank, WishFields } from "./wish";

const PATH = "/reports/schedules?limit=50";
const several = (text: string) => text.split(/[,;\s]+/).filter(Boolean);

function When(props: {
  every: Every;
  hour: string;
  weekday: string;
  day: string;
  onChange: (name: "every" | "hour" | "weekday" | "day", value: string) => void;
}) {
  const change = (name: "every" | "hour" | "weekday" | "day") => (value: string) =>
    props.onChange(name, value);
  return (
    <div class="columns">
      <SelectField
        label={t("schedule.every")}
        name="every"
        value={props.every}
        onChange={change("every")}
        options={EVERY.map((every) => [every, t(`schedule.${every}`)])}
      />
      {props.every === "weekly" && (
        <SelectField
          label={t("schedule.weekday")}
          name="weekday"
          value={props.weekday}
          onChange={change("weekday")}
          options={[0, 1, 2, 3, 4, 5, 6].map((day) => [String(day), weekday(day + 1, "long")])}
        />
      )}
      {props.every === "monthly" && (
        <TextField
          label={t("schedule.day")}
          name="day"
          type="number"
          min={1}
          max={31}
          value={props.day}
          onInput={change("day")}
          hint={t("schedule.dayHint")}
        />
      )}
      <SelectField
        label={t("schedule.hour")}
        name="hour"
        value={props.hour}
        onChange={change("hour")}
        options={[...Array(24).keys()].map((hour) => [String(hour), `${hour}:00`])}
      />
    </div>
  );
}

function NewSchedule({ onMade }: { onMade: () => void }) {
  const [name, setName] = useState("");
  const [wish, setWish] = useState(() => ({ ...blank(), kind: "finance" as const }));
  const [when, setWhen] = useState({ every: "monthly", hour: "8", weekday: "0", day: "1" });
  const [emails, setEmails] = useState("");
  const [phones, setPhones] = useState("");
  const [sender, setSender] = useState("");
  const agents = useResource("agents", () => get<Page<Agent>>("/agents?limit=200"));
  const make = useAction(async () => {
    const [to, numbers] = [several(emails), several(phones)];
    await post("/reports/schedules", {
      ...wish,
      name,
      every: when.every,
      hour: Number(when.hour),
      weekday: Number(when.weekday),
      day: Number(when.day),
      deliver: {
        ...(to.length > 0 ? { email: { to } } : {}),
        ...(numbers.length > 0 ? { whatsapp: { agentId: sender, to: numbers } } : {}),
      },
    });
    setName("");
    toast(t("schedule.created"));
    onMade();
  });
  const { problem } = make;
  return (
    <Panel title={t("schedule.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <TextField
          label={t("schedule.name")}
          name="name"
          value={name}
          onInput={setName}
          placeholder={t("schedule.nameExample")}
          problem={problem}
          autocomplete="off"
          required
        />
        <WishFields
          wish={wish}
          onChange={(next) => setWish(next as typeof wish)}
          problem={problem}
        />
        <When
          every={when.every as Every}
          hour={when.hour}
          weekday={when.weekday}
          day={when.day}
          onChange={(field, value) => setWhen({ ...when, [field]: value })}
        />
        <TextField
          label={t("schedule.emails")}
          name="deliver.email.to"
          value={emails}
          onInput={setEmails}
          hint={t("schedule.emailsHint")}
          problem={problem}
        />
        <TextField
          label={t("schedule.phones")}
          name="deliver.whatsapp.to"
          value={phones}
          onInput={setPhones}
          hint={t("schedule.phonesHint")}
          problem={problem}
        />
        {phones && (
          <SelectField
            label={t("schedule.sender")}
            name="deliver.whatsapp.agentId"
            value={sender}
            onChange={setSender}
            options={[
              ["", t("schedule.noSender")],
              ...(agents.data?.items ?? []).map((one): [string, string] => [one.id, one.name]),
            ]}
            problem={problem}
          />
        )}
        <ProblemNote problem={problem} except={["name", "kind", "format", "table", "language"]} />
        <div class="actions">
          <Button type="submit" kind="primary" icon="calendar" busy={make.busy}>
            {t("schedule.create")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function Row({ one, onChange }: { one: Schedule; onChange: () => void }) {
  const path = `/reports/schedules/${one.id}`;
  const turn = (enabled: boolean) => patch(path, { enabled }).then(onChange, toastProblem);
  const remove = async () => {
    const title = t("schedule.deleteTitle", { name: one.name });
    if (await confirm(title, t("schedule.deleteText"), t("common.delete"))) {
      await del(path).then(onChange, toastProblem);
    }
  };
  const words = [
    `${t(`reports.kind.${one.kind}`)}, ${one.format.toUpperCase()}`,
    t(`schedule.${one.every}`),
    one.enabled && one.nextAt
      ? t("schedule.next", { at: dateTime(one.nextAt) })
      : t("schedule.off"),
  ];
  return (
    <li class="list-row">
      {may("operator") ? (
        <span>
          <Switch
            label={one.name}
            hint={words.join(" · ")}
            checked={one.enabled}
            onChange={(enabled) => void turn(enabled)}
          />
        </span>
      ) : (
        <span>
          <b>{one.name}</b>
          <small>{words.join(" · ")}</small>
        </span>
      )}
      {may("operator") && (
        <Button
          small
          kind="quiet"
          icon="trash"
          label={t("schedule.delete", { name: one.name })}
          onClick={() => void remove()}
        />
      )}
    </li>
  );
}

/** Reports that come back, and the form for another. */
export function Schedules() {
  const list = useResource(PATH, () => get<Page<Schedule>>(PATH));
  const items = list.data?.items;
  return (
    <div class="split">
      <Panel title={t("reports.schedules")} icon="calendar">
        <ProblemNote problem={list.problem} />
        {!items && !list.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="calendar" title={t("schedule.none")} text={t("schedule.noneText")} />
        )}
        <ul class="rows">
          {items?.map((one) => (
            <Row key={one.id} one={one} onChange={list.reload} />
          ))}
        </ul>
        <More list={list} path={PATH} />
      </Panel>
      {may("operator") && <NewSchedule onMade={list.reload} />}
    </div>
  );
}
