import { METHODS, type Method, type ObjectKind } from "../../api/integrations";
import type { Problem } from "../../api/problem";
import { t } from "../../i18n/integrations";
import { SelectField, Switch, TextField } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { PullFields } from "./crm-pull";
import type { MapDraft, RequestDraft } from "./mapping";
import { type Pair, Pairs } from "./pairs";

interface BodyProps {
  draft: RequestDraft;
  /** The daemon's name of the request, and so of its fields. */
  at: string;
  problem: Problem | null;
  onChange: (draft: RequestDraft) => void;
}

/** What is sent: fields by dotted path, or any JSON. */
function BodyFields({ draft, at, problem, onChange }: BodyProps) {
  // The daemon names the field first; here it stands beside it.
  const wrong = problem?.fields[`${at}.fields`]?.replace(`${at}.fields: `, "");
  return (
    <>
      {draft.json ? (
        <TextField
          label={t("crm.json")}
          name={`${at}.body`}
          rows={8}
          value={draft.body}
          onInput={(body) => onChange({ ...draft, body })}
          hint={t("crm.sourceHint")}
          problem={problem}
        />
      ) : (
        <>
          <p class="hint">
            {t("crm.targetHint")} {t("crm.sourceHint")}
          </p>
          <Pairs
            pairs={draft.fields}
            left={t("crm.field")}
            right={t("crm.source")}
            add={t("crm.addField")}
            remove={(n) => t("crm.removeField", { n })}
            onChange={(fields) => onChange({ ...draft, fields })}
          />
          {wrong && (
            <p class="field-error" role="alert">
              <Icon name="warning" size={14} />
              {wrong}
            </p>
          )}
        </>
      )}
      <Switch
        label={t("crm.asJson")}
        checked={draft.json}
        onChange={(json) => onChange({ ...draft, json, body: draft.body || plain(draft.fields) })}
      />
    </>
  );
}

/** Fields as JSON, as far as their names are plain. */
const plain = (fields: Pair[]) =>
  JSON.stringify(Object.fromEntries(fields.filter(([name]) => !/[.[\]]/.test(name))), null, 2);

function AddressFields({ draft, at, problem, onChange, path }: BodyProps & { path: string }) {
  return (
    <div class="line address">
      <SelectField
        label={t("crm.method")}
        name={`${at}.method`}
        value={draft.method}
        onChange={(method) => onChange({ ...draft, method: method as Method })}
        options={METHODS.map((one) => [one, one])}
        problem={problem}
      />
      <TextField
        label={path}
        name={`${at}.path`}
        value={draft.path}
        onInput={(text) => onChange({ ...draft, path: text })}
        autocomplete="off"
        problem={problem}
        required
      />
    </div>
  );
}

interface Props {
  kind: ObjectKind;
  draft: MapDraft;
  problem: Problem | null;
  onChange: (draft: MapDraft) => void;
}

/** How one kind of thing goes over there. */
export function MappingFields({ kind, draft, problem, onChange }: Props) {
  const at = `objects.${kind}`;
  const lower = t(`crm.${kind}`).toLowerCase();
  const put = (some: Partial<MapDraft>) => onChange({ ...draft, ...some });
  const of = (name: "create" | "update") => ({
    draft: draft[name],
    at: `${at}.${name}`,
    problem,
    onChange: (next: RequestDraft) => put({ [name]: next }),
  });
  return (
    <fieldset class="rule-box">
      <legend>{t(`crm.${kind}`)}</legend>
      <Switch
        label={t("crm.sendKind", { kind: lower })}
        checked={draft.on}
        onChange={(on) => put({ on })}
      />
      {draft.on && (
        <>
          <AddressFields {...of("create")} path={t("crm.path")} />
          <BodyFields {...of("create")} />
          <TextField
            label={t("crm.idPointer")}
            name={`${at}.idPointer`}
            value={draft.idPointer}
            onInput={(idPointer) => put({ idPointer })}
            hint={t("crm.idPointerHint")}
            autocomplete="off"
            problem={problem}
          />
          <Switch
            label={t("crm.updates")}
            hint={t("crm.updatesHint")}
            checked={draft.updates}
            onChange={(updates) => put({ updates })}
          />
          {draft.updates && (
            <>
              <AddressFields {...of("update")} path={t("crm.updatePath")} />
              <Switch
                label={t("crm.same")}
                checked={draft.same}
                onChange={(same) => put({ same, ...(same ? {} : { update: filled(draft) }) })}
              />
              {!draft.same && <BodyFields {...of("update")} />}
            </>
          )}
          {kind !== "invoice" && (
            <PullFields
              at={`${at}.pull`}
              draft={draft.pull}
              problem={problem}
              onChange={(pull) => put({ pull })}
            />
          )}
        </>
      )}
    </fieldset>
  );
}

/** An update that begins with the fields of a creation. */
const filled = ({ create, update }: MapDraft): RequestDraft =>
  update.fields.length > 0 || update.body ? update : { ...create, ...addressOf(update) };

const addressOf = ({ method, path }: RequestDraft) => ({ method, path });
