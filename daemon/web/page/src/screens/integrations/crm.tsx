import { useState } from "preact/hooks";
import { get, post } from "../../api/http";
import { OBJECTS, type Connector, type ObjectKind, type ObjectMap } from "../../api/integrations";
import type { Page } from "../../api/types";
import { t } from "../../i18n/integrations";
import { go } from "../../router";
import { may } from "../../state/session";
import { Button, Empty, Loading, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, Switch, TextField, useAction } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { ConnectorDetail } from "./crm-detail";
import { asObject, Pairs, type Pair } from "./pairs";
import { StatusBadge } from "./webhooks";

const PATH = "/integrations/crm?limit=50";

interface Mapping {
  on: boolean;
  path: string;
  update: string;
  idPointer: string;
  fields: Pair[];
}

const USUAL: Record<ObjectKind, Mapping> = {
  contact: {
    on: true,
    path: "/contacts",
    update: "/contacts/{{/externalId}}",
    idPointer: "/id",
    fields: [
      ["name", "/name"],
      ["phone", "/phone"],
      ["email", "/email"],
    ],
  },
  deal: {
    on: false,
    path: "/deals",
    update: "/deals/{{/externalId}}",
    idPointer: "/id",
    fields: [
      ["title", "/title"],
      ["amount", "/value"],
      ["stage", "/stage"],
    ],
  },
  invoice: {
    on: false,
    path: "/invoices",
    update: "",
    idPointer: "/id",
    fields: [
      ["number", "/number"],
      ["total", "/total"],
      ["due", "/dueOn"],
    ],
  },
};

const mapOf = ({ path, update, idPointer, fields }: Mapping): ObjectMap => {
  const body = asObject(fields);
  return {
    create: { method: "POST", path, body },
    ...(update ? { update: { method: "PUT", path: update, body } } : {}),
    idPointer,
  };
};

const headersOf = (text: string) =>
  asObject(
    text.split("\n").map((line): Pair => {
      const [name = "", ...rest] = line.split(":");
      return [name, rest.join(":")];
    }),
  );

interface MappingProps {
  kind: ObjectKind;
  mapping: Mapping;
  problem: ReturnType<typeof useAction>["problem"];
  onChange: (mapping: Mapping) => void;
}

function MappingFields({ kind, mapping, problem, onChange }: MappingProps) {
  const field = (name: "path" | "update" | "idPointer", at: string) => ({
    name: `objects.${kind}.${at}`,
    value: mapping[name],
    onInput: (text: string) => onChange({ ...mapping, [name]: text }),
    autocomplete: "off",
    problem,
  });
  return (
    <fieldset class="rule-box">
      <legend>{t(`crm.${kind}`)}</legend>
      <Switch
        label={t("crm.sendKind", { kind: t(`crm.${kind}`).toLowerCase() })}
        checked={mapping.on}
        onChange={(on) => onChange({ ...mapping, on })}
      />
      {mapping.on && (
        <>
          <TextField label={t("crm.path")} {...field("path", "create.path")} required />
          <TextField
            label={t("crm.updatePath")}
            {...field("update", "update.path")}
            hint={t("crm.updateHint")}
            required={false}
          />
          <TextField label={t("crm.idPointer")} {...field("idPointer", "idPointer")} />
          <p class="hint">{t("crm.sourceHint")}</p>
          <Pairs
            pairs={mapping.fields}
            left={t("crm.field")}
            right={t("crm.source")}
            add={t("crm.addField")}
            remove={(n) => t("crm.removeField", { n })}
            onChange={(fields) => onChange({ ...mapping, fields })}
          />
        </>
      )}
    </fieldset>
  );
}

function NewConnector() {
  const [name, setName] = useState("");
  const [baseUrl, setBaseUrl] = useState("");
  const [headers, setHeaders] = useState("");
  const [auto, setAuto] = useState(false);
  const [maps, setMaps] = useState(USUAL);
  const make = useAction(async () => {
    const objects = Object.fromEntries(
      OBJECTS.filter((kind) => maps[kind].on).map((kind) => [kind, mapOf(maps[kind])]),
    );
    const body = { name, baseUrl, headers: headersOf(headers), auto, objects };
    const made = await post<Connector>("/integrations/crm", body);
    toast(t("crm.made"));
    go(`/integrations/crm/${made.id}`);
  });
  const { problem } = make;
  return (
    <Panel title={t("crm.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <TextField
          label={t("io.name")}
          name="name"
          value={name}
          onInput={setName}
          placeholder={t("crm.nameExample")}
          autocomplete="off"
          problem={problem}
          required
        />
        <TextField
          label={t("crm.url")}
          name="baseUrl"
          value={baseUrl}
          onInput={setBaseUrl}
          hint={t("crm.urlHint")}
          autocomplete="off"
          problem={problem}
          required
        />
        <TextField
          label={t("crm.headers")}
          name="headers"
          rows={2}
          value={headers}
          onInput={setHeaders}
          hint={t("crm.headersHint")}
          problem={problem}
          required={false}
        />
        {OBJECTS.map((kind) => (
          <MappingFields
            key={kind}
            kind={kind}
            mapping={maps[kind]}
            problem={problem}
            onChange={(mapping) => setMaps({ ...maps, [kind]: mapping })}
          />
        ))}
        <Switch label={t("crm.auto")} checked={auto} onChange={setAuto} />
        <ProblemNote problem={problem} except={["name", "baseUrl", "headers"]} />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("crm.create")}
        </Button>
      </form>
    </Panel>
  );
}

/** Systems that are told of contacts, deals and invoices. */
export function Crm({ open }: { open: string | undefined }) {
  const list = useResource(PATH, () => get<Page<Connector>>(PATH));
  const items = list.data?.items;
  if (open) return <ConnectorDetail key={open} id={open} onChange={list.reload} />;
  return (
    <div class="split">
      <Panel title={t("tab.crm")} icon="plug">
        <ProblemNote problem={list.problem} />
        {!items && !list.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="plug" title={t("crm.none")} text={t("crm.noneText")} />
        )}
        <ul class="rows">
          {items?.map((one) => (
            <li key={one.id}>
              <a class="list-row" href={`#/integrations/crm/${one.id}`}>
                <span>
                  <b>{one.name}</b>
                  <small class="facts-line">
                    {one.baseUrl} ·{" "}
                    {OBJECTS.filter((kind) => one.objects[kind])
                      .map((kind) => t(`crm.${kind}`))
                      .join(", ")}
                  </small>
                </span>
                <StatusBadge status={one.status} />
              </a>
            </li>
          ))}
        </ul>
        <More list={list} path={PATH} />
      </Panel>
      {may("owner") && <NewConnector />}
    </div>
  );
}
