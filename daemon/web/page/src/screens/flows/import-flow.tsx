import { useState } from "preact/hooks";
import { readJson } from "../../api/files";
import type { FlowDetail, ImportReport } from "../../api/flows";
import { post } from "../../api/http";
import { language } from "../../i18n";
import { count, t } from "../../i18n/flows";
import { go } from "../../router";
import { Badge, Button, Panel, type Tone } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { FileButton } from "../../ui/file-button";
import { ProblemNote, useAction } from "../../ui/form";
import { AgentSelect } from "../agent-select";

const TONES: Record<string, Tone> = { mapped: "ok", approximated: "warn", not_mapped: "bad" };

function Report({ report }: { report: ImportReport }) {
  const sums = [
    ["mapped", report.mapped],
    ["approximated", report.approximated],
    ["not_mapped", report.notMapped],
  ] as const;
  const notes = report.blocks.filter(({ outcome }) => outcome !== "mapped");
  return (
    <section>
      <h3>{t("flows.report", { name: report.name })}</h3>
      <p class="badges">
        {sums.map(([outcome, number]) => (
          <Badge key={outcome} tone={TONES[outcome] ?? "plain"}>
            {number} {t(`flows.${outcome}`)}
          </Badge>
        ))}
      </p>
      <ul class="rows">
        {notes.map((one) => (
          <li key={one.block} class="list-row">
            <span>
              <b>
                {one.group} · {one.type}
              </b>
              <small>{language.value === "pt" ? one.notePt : one.noteEn}</small>
            </span>
            <Badge tone={TONES[one.outcome] ?? "plain"}>{t(`flows.${one.outcome}`)}</Badge>
          </li>
        ))}
      </ul>
      <small>{count("flows.steps", report.blocks.length)}</small>
    </section>
  );
}

/** A flow from a file of ours, or from Typebot with a report first. */
export function ImportFlow() {
  const [agentId, setAgentId] = useState("");
  const [file, setFile] = useState<Record<string, unknown> | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const opened = (made: FlowDetail) => {
    toast(t("flows.imported", { name: made.name }));
    go(`/flows/${made.id}`);
  };
  const look = useAction(async (chosen: File) => {
    setReport(null);
    const read = await readJson(chosen, t("flows.notJson"));
    if (read.format === "nextagent.flow") {
      opened(await post<FlowDetail>("/flows/import", { agentId, file: read }));
      return;
    }
    setFile(read);
    const body = { agentId, file: read, dryRun: true };
    setReport(await post<ImportReport>("/flows/import/typebot", body));
  });
  const bring = useAction(async () => {
    const made = await post<ImportReport>("/flows/import/typebot", { agentId, file });
    if (made.flow) opened(made.flow);
  });
  return (
    <Panel title={t("flows.fromFile")} icon="upload" class="form-panel">
      <p class="hint">{t("flows.fileHint")}</p>
      <AgentSelect
        label={t("flows.agent")}
        value={agentId}
        onChange={setAgentId}
        none={t("flows.chooseAgent")}
        problem={look.problem}
      />
      <div class="actions">
        <FileButton
          text={t("flows.choose")}
          accept=".json,application/json"
          busy={look.busy}
          onFile={(chosen) => void look.run(chosen)}
        />
      </div>
      <ProblemNote problem={look.problem ?? bring.problem} except={["agentId"]} />
      {report && <Report report={report} />}
      {report && (
        <Button kind="primary" busy={bring.busy} onClick={() => void bring.run()}>
          {t("flows.import")}
        </Button>
      )}
    </Panel>
  );
}
