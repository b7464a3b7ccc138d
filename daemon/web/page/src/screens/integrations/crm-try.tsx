import { useState } from "preact/hooks";
import { get, post } from "../../api/http";
import { OBJECTS, type Connector, type DryDraft, type ObjectKind } from "../../api/integrations";
import { Problem } from "../../api/problem";
import type { Page } from "../../api/types";
import { t } from "../../i18n/integrations";
import { Button } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";

/** The very request that would be sent. */
export function Request({ draft }: { draft: DryDraft }) {
  const lines = [
    `${draft.method} ${draft.url}`,
    ...draft.headerNames.map((name) => `${name}: ••••••`),
    "",
    JSON.stringify(draft.body, null, 2),
  ];
  return (
    <div role="status">
      <p class="hint">{t("crm.dryRunNote")}</p>
      <pre class="request" tabIndex={0} aria-label={t("crm.dryRun")}>
        {lines.join("\n")}
      </pre>
      {draft.missing.length > 0 && (
        <p class="warn-text">{t("crm.missing", { what: draft.missing.join(", ") })}</p>
      )}
    </div>
  );
}

const LISTS: Record<ObjectKind, string> = {
  contact: "/contacts?limit=30",
  deal: "/deals?limit=30",
  invoice: "/billing/invoices?limit=30",
};

interface Ours {
  id: string;
  name?: string | null;
  phone?: string | null;
  title?: string;
  label?: string;
  number?: number;
}

const nameOf = (one: Ours) =>
  one.name ?? one.title ?? one.label ?? one.phone ?? String(one.number ?? one.id);

interface SampleProps {
  thing: unknown;
  busy: boolean;
  onTry: (sample: unknown) => void;
}

/** The data that a request was made of, to be changed and tried again. */
function Sample({ thing, busy, onTry }: SampleProps) {
  const [text, setText] = useState(JSON.stringify(thing, null, 2));
  const [problem, setProblem] = useState<Problem | null>(null);
  const again = () => {
    try {
      setProblem(null);
      onTry(JSON.parse(text));
    } catch {
      const words = t("crm.badJson");
      setProblem(new Problem(400, "bad_input", words, "sample", { sample: words }));
    }
  };
  return (
    <details class="replay">
      <summary>{t("crm.sample")}</summary>
      <TextField
        label={t("crm.sampleData")}
        name="sample"
        rows={10}
        value={text}
        onInput={setText}
        hint={t("crm.sampleHint")}
        problem={problem}
      />
      <Button small icon="search" busy={busy} onClick={again}>
        {t("crm.trySample")}
      </Button>
    </details>
  );
}

function Chosen({ connector, kind }: { connector: Connector; kind: ObjectKind }) {
  const [objectId, setObject] = useState("");
  const [draft, setDraft] = useState<DryDraft | null>(null);
  const ours = useResource(LISTS[kind], () => get<Page<Ours>>(LISTS[kind]));
  const path = `/integrations/crm/${connector.id}`;
  const look = useAction(async (sample?: unknown) => {
    const which = sample ? { sample } : objectId ? { objectId } : {};
    setDraft(await post<DryDraft>(`${path}/dry-run`, { kind, ...which }));
  });
  const send = useAction(async (one: boolean) => {
    await post(`${path}/sync`, { kind, ...(one ? { objectId, force: true } : {}) });
    toast(t("crm.queued"));
  });
  return (
    <>
      <SelectField
        label={t("crm.withWhat")}
        name="objectId"
        value={objectId}
        onChange={(id) => {
          setObject(id);
          setDraft(null);
        }}
        options={[
          ["", t("crm.example")],
          ...(ours.data?.items ?? []).map((one): [string, string] => [one.id, nameOf(one)]),
        ]}
      />
      <div class="actions">
        <Button small icon="search" busy={look.busy} onClick={() => void look.run()}>
          {t("crm.dryRun")}
        </Button>
        {objectId && (
          <Button small icon="send" busy={send.busy} onClick={() => void send.run(true)}>
            {t("crm.sendThis")}
          </Button>
        )}
        <Button small icon="send" busy={send.busy} onClick={() => void send.run(false)}>
          {t("crm.sync", { kind: t(`crm.${kind}`).toLowerCase() })}
        </Button>
      </div>
      <ProblemNote problem={look.problem ?? send.problem} />
      {draft && <Request draft={draft} />}
      {draft && (
        <Sample
          key={JSON.stringify(draft.thing)}
          thing={draft.thing}
          busy={look.busy}
          onTry={(sample) => void look.run(sample)}
        />
      )}
    </>
  );
}

/** See what goes out, with an example or with things of one's own; and send it. */
export function Trying({ connector }: { connector: Connector }) {
  const kinds = OBJECTS.filter((kind) => connector.objects[kind]);
  const [picked, setPicked] = useState<ObjectKind | null>(null);
  const kind = picked && kinds.includes(picked) ? picked : kinds[0];
  if (!kind) return null;
  return (
    <div class="trying">
      <SelectField
        label={t("crm.kind")}
        name="kind"
        value={kind}
        onChange={(next) => setPicked(next as ObjectKind)}
        options={kinds.map((one) => [one, t(`crm.${one}`)])}
      />
      <Chosen key={kind} connector={connector} kind={kind} />
    </div>
  );
}
