import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { patch, post } from "../../api/http";
import { OBJECTS, type Connector, type DryDraft, type ObjectKind } from "../../api/integrations";
import { t } from "../../i18n/integrations";
import { ActionForm, useDraft } from "../../ui/action-form";
import { Button } from "../../ui/basics";
import { ProblemNote, Switch, TextField, useAction } from "../../ui/form";
import { MappingFields } from "./crm-mapping";
import { Request } from "./crm-try";
import { draftOf, mapOf, USUAL, type MapDraft } from "./mapping";
import { HeaderFields, NO_HEADERS, saidHeaders } from "./secret-headers";

const PARTS = ["create.path", "create.fields", "create.body", "idPointer", "update.path"];
const MORE = ["update.fields", "update.body", "pull.path", "pull.fields", "pull.items", "pull.id"];
const FIELDS = OBJECTS.flatMap((kind) =>
  [...PARTS, ...MORE].map((part) => `objects.${kind}.${part}`),
);

const mapsOf = (connector: Connector | null): Record<ObjectKind, MapDraft> =>
  connector
    ? {
        contact: draftOf(connector.objects.contact, USUAL.contact),
        deal: draftOf(connector.objects.deal, USUAL.deal),
        invoice: draftOf(connector.objects.invoice, USUAL.invoice),
      }
    : USUAL;

/** The very request of a mapping that is not saved yet. */
function TryDraft({ id, kind, draft }: { id: string; kind: ObjectKind; draft: MapDraft }) {
  const [seen, setSeen] = useState<DryDraft | null>(null);
  const look = useAction(async () => {
    setSeen(null);
    const body = { kind, mapping: mapOf(draft, "mapping") };
    setSeen(await post<DryDraft>(`/integrations/crm/${id}/dry-run`, body));
  });
  return (
    <>
      <Button small icon="search" busy={look.busy} onClick={() => void look.run()}>
        {t("crm.tryDraft", { kind: t(`crm.${kind}`).toLowerCase() })}
      </Button>
      <ProblemNote problem={look.problem} />
      {seen && <Request draft={seen} />}
    </>
  );
}

interface Props {
  connector: Connector | null;
  onSaved: (connector: Connector) => void;
  onCancel?: () => void;
}

/** A new system, or one as it is. */
export function ConnectorForm({ connector, onSaved, onCancel }: Props) {
  const { values, put, text } = useDraft({
    name: connector?.name ?? "",
    baseUrl: connector?.baseUrl ?? "",
    headers: NO_HEADERS,
    auto: connector?.auto ?? false,
    maps: mapsOf(connector),
  });
  const { maps } = values;
  const save = useAction(async () => {
    const { name, baseUrl, auto } = values;
    const objects = Object.fromEntries(
      OBJECTS.filter((kind) => maps[kind].on).map((kind) => [
        kind,
        mapOf(maps[kind], `objects.${kind}`),
      ]),
    );
    const body = { name, baseUrl, auto, objects, headers: saidHeaders(values.headers) };
    onSaved(
      connector
        ? await patch<Connector>(`/integrations/crm/${connector.id}`, body)
        : await post<Connector>("/integrations/crm", body),
    );
  });
  const { problem } = save;
  return (
    <ActionForm
      action={save}
      submit={t(connector ? "common.save" : "crm.create")}
      fields={["name", "baseUrl", "headers", ...FIELDS]}
      onCancel={onCancel}
    >
      <TextField
        label={t("io.name")}
        {...text("name", problem)}
        placeholder={t("crm.nameExample")}
        required
      />
      <TextField
        label={t("crm.url")}
        {...text("baseUrl", problem)}
        hint={t("crm.urlHint")}
        required
      />
      <HeaderFields
        kept={connector?.headerNames ?? []}
        value={values.headers}
        problem={problem}
        onChange={(headers) => put({ headers })}
      />
      {OBJECTS.map((kind) => (
        <Fragment key={kind}>
          <MappingFields
            kind={kind}
            draft={maps[kind]}
            problem={problem}
            onChange={(draft) => put({ maps: { ...maps, [kind]: draft } })}
          />
          {connector && maps[kind].on && (
            <TryDraft id={connector.id} kind={kind} draft={maps[kind]} />
          )}
        </Fragment>
      ))}
      <Switch label={t("crm.auto")} checked={values.auto} onChange={(auto) => put({ auto })} />
    </ActionForm>
  );
}
