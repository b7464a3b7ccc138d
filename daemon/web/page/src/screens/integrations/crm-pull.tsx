/** The way back from a connected system: its form, its rehearsal, and how the last time went. */
import { useState } from "preact/hooks";
import { get, post } from "../../api/http";
import type { Connector, PullPreview, PullState, Took } from "../../api/integrations";
import type { Problem } from "../../api/problem";
import type { Page } from "../../api/types";
import { dateTime } from "../../i18n";
import { count, t } from "../../i18n/integrations";
import { may } from "../../state/session";
import { Badge, Button, Panel, type Tone } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, SelectField, Switch, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { PULLED, type PulledKind, type PullDraft } from "./mapping";
import { Pairs } from "./pairs";

const EVERY = [0, 5, 15, 60, 360, 1440];
const TONES: Record<Took["action"], Tone> = { create: "ok", update: "accent", skip: "plain" };

interface FieldsProps {
  at: string;
  draft: PullDraft;
  problem: Problem | null;
  onChange: (draft: PullDraft) => void;
}

/** How a kind of thing comes back. */
export function PullFields({ at, draft, problem, onChange }: FieldsProps) {
  const put = (some: Partial<PullDraft>) => onChange({ ...draft, ...some });
  const text = (name: "path" | "items" | "id" | "changed" | "next") => ({
    name: `${at}.${name}`,
    value: draft[name],
    onInput: (value: string) => put({ [name]: value }),
    autocomplete: "off",
    problem,
  });
  const wrong = problem?.fields[`${at}.fields`];
  return (
    <>
      <Switch
        label={t("pull.on")}
        hint={t("pull.onHint")}
        checked={draft.on}
        onChange={(on) => put({ on })}
      />
      {draft.on && (
        <>
          <TextField label={t("pull.path")} {...text("path")} hint={t("pull.pathHint")} required />
          <TextField
            label={t("pull.items")}
            {...text("items")}
            hint={t("pull.itemsHint")}
            required={false}
          />
          <TextField label={t("pull.id")} {...text("id")} required />
          <TextField
            label={t("pull.changed")}
            {...text("changed")}
            hint={t("pull.changedHint")}
            required={false}
          />
          <TextField
            label={t("pull.next")}
            {...text("next")}
            hint={t("pull.nextHint")}
            required={false}
          />
          <SelectField
            label={t("pull.every")}
            name={`${at}.everyMinutes`}
            value={String(draft.everyMinutes)}
            onChange={(minutes) => put({ everyMinutes: Number(minutes) })}
            options={[...new Set([...EVERY, draft.everyMinutes])].map((one) => [
              String(one),
              one === 0 ? t("pull.never") : count("pull.minutes", one),
            ])}
          />
          <Switch
            label={t("pull.reversed")}
            checked={draft.reversed}
            onChange={(reversed) => put({ reversed })}
          />
          {!draft.reversed && (
            <>
              <p class="hint">{t("pull.fieldsHint")}</p>
              <Pairs
                pairs={draft.fields}
                left={t("pull.ours")}
                right={t("pull.theirs")}
                add={t("crm.addField")}
                remove={(n) => t("crm.removeField", { n })}
                onChange={(fields) => put({ fields })}
              />
              {wrong && (
                <p class="field-error" role="alert">
                  {wrong.replace(`${at}.fields: `, "")}
                </p>
              )}
            </>
          )}
        </>
      )}
    </>
  );
}

const said = (value: unknown) =>
  value === null || value === undefined
    ? "—"
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

function TookRow({ one }: { one: Took }) {
  const changes = Object.entries(one.changes).map(
    ([name, [before, after]]) => `${name}: ${said(before)} → ${said(after)}`,
  );
  return (
    <li class="list-row">
      <span>
        <b>{one.externalId || "—"}</b>
        {changes.length > 0 && <small>{changes.join(" · ")}</small>}
        {one.problems.length > 0 && (
          <small class="warn-text">{t("pull.problems", { what: one.problems.join(", ") })}</small>
        )}
      </span>
      <Badge tone={TONES[one.action]}>{t(`pull.${one.action}`)}</Badge>
    </li>
  );
}

function Preview({ seen }: { seen: PullPreview }) {
  return (
    <div role="status">
      <p class="hint">{t("pull.previewNote")}</p>
      <pre class="request" tabIndex={0} aria-label={t("pull.try")}>
        {`GET ${seen.url}`}
      </pre>
      {seen.error && <p class="notice bad">{seen.error}</p>}
      {!seen.error && seen.items.length === 0 && <p class="hint">{t("pull.nothing")}</p>}
      <ul class="rows">
        {seen.items.map((one, index) => (
          <TookRow key={index} one={one} />
        ))}
      </ul>
      {seen.more && <p class="hint">{t("pull.more")}</p>}
    </div>
  );
}

function State({ state }: { state: PullState | undefined }) {
  if (!state?.at) return <p class="hint">{t("pull.notYet")}</p>;
  const sums = { seen: state.seen, created: state.created, updated: state.updated };
  return (
    <>
      <p>
        {dateTime(state.at)} · {t("pull.sums", { ...sums, skipped: state.skipped })}
      </p>
      {state.error && <p class="warn-text">{state.error}</p>}
    </>
  );
}

interface KindProps {
  path: string;
  kind: PulledKind;
  state: PullState | undefined;
  onAsked: () => void;
}

function Kind({ path, kind, state, onAsked }: KindProps) {
  const [seen, setSeen] = useState<PullPreview | null>(null);
  const look = useAction(async () => {
    setSeen(await post<PullPreview>(`${path}/pull/dry-run`, { kind }));
  });
  const bring = useAction(async () => {
    await post(`${path}/pull`, { kind });
    toast(t("crm.queued"));
    setTimeout(onAsked, 1500);
  });
  return (
    <section class="trying" aria-label={t(`crm.${kind}`)}>
      <h3>{t(`crm.${kind}`)}</h3>
      <State state={state} />
      <div class="actions">
        {may("owner") && (
          <Button small icon="search" busy={look.busy} onClick={() => void look.run()}>
            {t("pull.try")}
          </Button>
        )}
        {may("operator") && (
          <Button small icon="download" busy={bring.busy} onClick={() => void bring.run()}>
            {t("pull.now")}
          </Button>
        )}
      </div>
      <ProblemNote problem={look.problem ?? bring.problem} />
      {seen && <Preview seen={seen} />}
    </section>
  );
}

/** What comes back from a system, if anything does. */
export function Pulls({ connector }: { connector: Connector }) {
  const path = `/integrations/crm/${connector.id}`;
  const states = useResource(`${path}/pulls`, () => get<Page<PullState>>(`${path}/pulls`));
  const kinds = PULLED.filter((kind) => connector.objects[kind]?.pull);
  if (kinds.length === 0) return null;
  return (
    <Panel
      title={t("pull.title")}
      icon="download"
      actions={
        <Button
          small
          kind="quiet"
          icon="refresh"
          label={t("common.refresh")}
          onClick={states.reload}
        />
      }
    >
      <ProblemNote problem={states.problem} />
      {kinds.map((kind) => (
        <Kind
          key={kind}
          path={path}
          kind={kind}
          state={states.data?.items.find((one) => one.kind === kind)}
          onAsked={states.reload}
        />
      ))}
    </Panel>
  );
}
