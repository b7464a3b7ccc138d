import { useState } from "preact/hooks";
import { saveAnswer, sendForm } from "../../api/files";
import { get, query } from "../../api/http";
import type { ImportedFile, Taken } from "../../api/integrations";
import type { Page } from "../../api/types";
import { dateTime } from "../../i18n";
import { count, t } from "../../i18n/integrations";
import { may } from "../../state/session";
import { Badge, Button, Panel } from "../../ui/basics";
import { toast, toastProblem } from "../../ui/feedback";
import { FileButton } from "../../ui/file-button";
import { ProblemNote, SelectField, useAction } from "../../ui/form";
import { ListPanel } from "../../ui/list-panel";
import { useResource } from "../../ui/resource";

const SUMS = ["created", "updated", "unchanged", "skipped"] as const;

/** What a column may be. */
const TARGETS = {
  contacts: ["name", "phone", "email", "tags", "optIn"],
  clients: ["name", "phone", "email", "document", "externalId"],
  deals: ["title", "phone", "contactName", "value", "stage", "externalId"],
} as const;

/** The fields that a column may be; a contact also has fields of one's own. */
function targetsOf(
  kind: keyof typeof TARGETS,
  column: string,
  now: string | undefined,
): [value: string, label: string][] {
  const own = `fields.${column.replace(/[^\p{L}\p{N}_ -]/gu, "").slice(0, 60)}`;
  const known = TARGETS[kind].map((one): [string, string] => [one, t(`target.${one}`)]);
  const extra: [string, string][] =
    kind === "contacts" ? [[own, t("files.own", { name: column })]] : [];
  if (now && ![...known, ...extra].some(([value]) => value === now)) extra.push([now, now]);
  return [["", t("files.leaveOut")], ...known, ...extra];
}

const shown = (value: unknown) =>
  typeof value === "string"
    ? value
    : Array.isArray(value)
      ? value.join(", ")
      : JSON.stringify(value);

interface ReportProps {
  name: string;
  report: Taken;
  /** A column means something else. */
  onMap: (column: string, target: string) => void;
}

function Report({ name, report, onMap }: ReportProps) {
  const columns = [...Object.keys(report.columns), ...report.ignored].filter(Boolean);
  return (
    <div role="status">
      <h3>{t("files.report", { name })}</h3>
      <p class="badges">
        <b>{count("files.rows", report.rows)}</b>
        {SUMS.filter((sum) => report[sum] > 0).map((sum) => (
          <Badge key={sum} tone={sum === "skipped" ? "warn" : "plain"}>
            {t(`files.${sum}`, { n: report[sum] })}
          </Badge>
        ))}
      </p>
      {columns.length > 0 && (
        <fieldset class="rule-box">
          <legend>{t("files.columns")}</legend>
          {columns.map((column) => (
            <SelectField
              key={column}
              label={column}
              name={`column.${column}`}
              value={report.columns[column] ?? ""}
              onChange={(target) => onMap(column, target)}
              options={targetsOf(report.kind, column, report.columns[column])}
            />
          ))}
        </fieldset>
      )}
      {report.sample.length > 0 && (
        <>
          <p class="hint">{t("files.sample")}</p>
          <ul class="rows">
            {report.sample.map((row, index) => (
              <li key={index} class="list-row">
                <small>{Object.values(row).map(shown).join(" · ")}</small>
              </li>
            ))}
          </ul>
        </>
      )}
      {report.ignored.length > 0 && (
        <p class="warn-text">{t("files.ignored", { what: report.ignored.join(", ") })}</p>
      )}
    </div>
  );
}

interface TakeProps {
  path: string;
  accept: string;
  onTaken: () => void;
}

/** A file is looked at first; only then does anything come in. */
function Take({ path, accept, onTaken }: TakeProps) {
  const [file, setFile] = useState<File | null>(null);
  const [report, setReport] = useState<Taken | null>(null);
  const [mapping, setMapping] = useState<Record<string, string> | null>(null);
  const send = (chosen: File, dryRun: boolean, columns = mapping) =>
    sendForm<Taken>(`${path}${path.includes("?") ? "&" : "?"}dryRun=${String(dryRun)}`, {
      ...(columns ? { mapping: JSON.stringify(columns) } : {}),
      files: chosen,
    });
  const look = useAction(async (chosen: File) => {
    setReport(null);
    setMapping(null);
    setFile(chosen);
    setReport(await send(chosen, true, null));
  });
  const map = useAction(async (column: string, target: string) => {
    if (!file || !report) return;
    // What another column was goes to this one.
    const others = Object.entries(report.columns).filter(
      ([name, its]) => name !== column && its !== target,
    );
    const columns = Object.fromEntries(target ? [...others, [column, target]] : others);
    setReport(await send(file, true, columns));
    setMapping(columns);
  });
  const take = useAction(async () => {
    if (!file) return;
    const done = await send(file, false);
    toast(t("files.taken", { created: done.created, updated: done.updated }));
    setReport(null);
    onTaken();
  });
  return (
    <>
      <div class="actions">
        <FileButton
          text={t("files.choose")}
          accept={accept}
          busy={look.busy}
          onFile={(chosen) => {
            take.clear();
            void look.run(chosen);
          }}
        />
      </div>
      <ProblemNote problem={look.problem ?? map.problem ?? take.problem} />
      {report && file && (
        <Report
          name={file.name}
          report={report}
          onMap={(column, target) => void map.run(column, target)}
        />
      )}
      {report && (
        <Button kind="primary" busy={take.busy} onClick={() => void take.run()}>
          {t("files.take")}
        </Button>
      )}
    </>
  );
}

function History({ turn }: { turn: number }) {
  const path = "/integrations/imports?limit=20";
  const list = useResource(`${path}:${turn}`, () => get<Page<ImportedFile>>(path));
  return (
    <ListPanel
      title={t("files.history")}
      icon="logs"
      list={list}
      path={path}
      empty={<p class="hint">{t("files.noHistory")}</p>}
    >
      {(one) => (
        <li key={one.id} class="list-row">
          <span>
            <b>{one.file}</b>
            <small>
              {dateTime(one.at)} · {count("files.rows", one.rows)}
            </small>
            {one.error && <small class="warn-text">{one.error}</small>}
          </span>
          <Badge tone={one.outcome === "imported" ? "ok" : "bad"}>
            {t(`files.${one.outcome}`)}
          </Badge>
        </li>
      )}
    </ListPanel>
  );
}

/** Contacts, clients and deals as files, in and out. */
export function Files() {
  const [kind, setKind] = useState("contacts");
  const [turn, setTurn] = useState(0);
  const taken = () => setTurn(turn + 1);
  const out = () => saveAnswer("/integrations/vcard", "contatos.vcf").catch(toastProblem);
  return (
    <div class="split even">
      {may("operator") && (
        <Panel title={t("files.csv")} icon="table" class="form-panel">
          <p class="hint">{t("files.csvHint")}</p>
          <SelectField
            label={t("files.kind")}
            name="kind"
            value={kind}
            onChange={setKind}
            options={(["contacts", "clients", "deals"] as const).map((one) => [
              one,
              t(`files.${one}`),
            ])}
          />
          <Take
            key={kind}
            path={`/integrations/csv${query({ kind })}`}
            accept=".csv,text/csv"
            onTaken={taken}
          />
        </Panel>
      )}
      {may("operator") && (
        <Panel title={t("files.vcard")} icon="contacts" class="form-panel">
          <p class="hint">{t("files.vcardHint")}</p>
          <Take path="/integrations/vcard" accept=".vcf,text/vcard" onTaken={taken} />
          <div class="actions">
            <Button icon="download" onClick={() => void out()}>
              {t("files.export")}
            </Button>
          </div>
        </Panel>
      )}
      <History turn={turn} />
    </div>
  );
}
