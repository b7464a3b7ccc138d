/** What webhooks, hooks and connected systems have in common on the page. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { del, get, patch } from "../../api/http";
import { t } from "../../i18n/integrations";
import { go } from "../../router";
import { may } from "../../state/session";
import { Badge, Button, Loading, Panel } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote } from "../../ui/form";
import { Icon, type IconName } from "../../ui/icon";
import { type Resource, useResource } from "../../ui/resource";

export type Status = "active" | "paused" | "disabled";

export interface Thing {
  id: string;
  name: string;
  status: Status;
}

export function StatusBadge({ status }: { status: Status }) {
  const tone = { active: "ok", paused: "plain", disabled: "bad" } as const;
  return <Badge tone={tone[status]}>{t(`io.${status}`)}</Badge>;
}

/** A row that opens a thing. */
export function ThingRow({ thing, at, facts }: { thing: Thing; at: string; facts: string }) {
  return (
    <li>
      <a class="list-row" href={`#/integrations/${at}/${thing.id}`}>
        <span>
          <b>{thing.name}</b>
          <small class="facts-line">{facts}</small>
        </span>
        <StatusBadge status={thing.status} />
      </a>
    </li>
  );
}

interface Props<T> {
  id: string;
  /** Its list: the folder of the address and of the page. */
  at: "webhooks" | "hooks" | "crm";
  icon: IconName;
  /** The question before it is deleted. */
  ask: (thing: T) => { title: string; text: string };
  /** The list is to be fetched again. */
  onChange: () => void;
  /** What it shows of itself. */
  show: (thing: T, path: string) => ComponentChildren;
  /** What its owner can do beside. */
  more?: (thing: T, path: string) => ComponentChildren;
  form: (thing: T, saved: (thing: T) => void, cancel: () => void) => ComponentChildren;
  children?: (thing: T) => ComponentChildren;
}

/** One thing: shown, changed, switched on and off, deleted. */
export function ThingDetail<T extends Thing>(props: Props<T>) {
  const { id, at } = props;
  const path = `/integrations/${at}/${id}`;
  const held = useResource(path, () => get<T>(path));
  const { data } = held;
  if (!data) return held.problem ? <ProblemNote problem={held.problem} /> : <Loading />;
  return (
    <div class="stack">
      <Head {...props} thing={data} held={held} path={path} />
      {props.children?.(data)}
    </div>
  );
}

type HeadProps<T> = Props<T> & { thing: T; held: Resource<T>; path: string };

function Head<T extends Thing>(props: HeadProps<T>) {
  const { thing, held, path, at, onChange } = props;
  const [editing, setEditing] = useState(false);
  const turn = () =>
    patch<T>(path, { status: thing.status === "active" ? "paused" : "active" }).then(
      (next) => held.set(() => next),
      toastProblem,
    );
  const remove = async () => {
    const { title, text } = props.ask(thing);
    if (!(await confirm(title, text, t("common.delete")))) return;
    await del(path).then(() => {
      onChange();
      go(`/integrations/${at}`);
    }, toastProblem);
  };
  const saved = (next: T) => {
    held.set(() => next);
    setEditing(false);
    toast(t("common.saved"));
    onChange();
  };
  return (
    <Panel
      title={thing.name}
      icon={props.icon}
      class="form-panel"
      actions={<StatusBadge status={thing.status} />}
    >
      <a class="back" href={`#/integrations/${at}`}>
        <Icon name="back" size={16} />
        {t("common.back")}
      </a>
      {editing ? props.form(thing, saved, () => setEditing(false)) : props.show(thing, path)}
      {!editing && may("owner") && (
        <div class="actions">
          <Button small onClick={() => setEditing(true)}>
            {t("common.edit")}
          </Button>
          {props.more?.(thing, path)}
          <Button small onClick={() => void turn()}>
            {t(thing.status === "active" ? "io.pause" : "io.resume")}
          </Button>
          <Button small kind="quiet" icon="trash" onClick={() => void remove()}>
            {t("common.delete")}
          </Button>
        </div>
      )}
    </Panel>
  );
}
