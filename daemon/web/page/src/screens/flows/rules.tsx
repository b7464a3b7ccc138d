/** Rules of the whole flow: its language, its repairs, the values it begins with. */
import type { Draft, Finding } from "../../api/flows";
import { Problem } from "../../api/problem";
import { t } from "../../i18n/flows";
import { may } from "../../state/session";
import { SelectField, TextField } from "../../ui/form";
import { Lines } from "./line-fields";
import { RepairFields } from "./repair-fields";
import { changed, Extra } from "./step-parts";

interface Props {
  draft: Draft;
  findings: Finding[];
  onChange: (draft: Draft) => void;
}

/** What the server says of a step or of the flow, as a problem whose fields are marked. */
export function problemOf(findings: Finding[]): Problem | null {
  const [first] = findings;
  const fields = Object.fromEntries(findings.map(({ field, detail }) => [field, detail]));
  return first ? new Problem(422, first.code, first.detail, first.field, fields) : null;
}

export function Rules({ draft, findings, onChange }: Props) {
  const problem = problemOf(findings.filter(({ node }) => !node));
  const { repair = {}, variables = [] } = draft;
  return (
    <fieldset class="bare" disabled={!may("operator")}>
      <h3>{t("rules.title")}</h3>
      <div class="columns">
        <SelectField
          label={t("flow.language")}
          name="language"
          value={draft.language ?? "pt"}
          onChange={(language) => onChange({ ...draft, language: language as "pt" })}
          options={[
            ["pt", t("rules.language.pt")],
            ["en", t("rules.language.en")],
          ]}
        />
        <SelectField
          label={t("rules.afterPerson")}
          name="afterPerson"
          value={draft.afterPerson ?? "resume"}
          onChange={(after) => onChange({ ...draft, afterPerson: after as "resume" })}
          options={[
            ["resume", t("rules.resume")],
            ["close", t("rules.close")],
          ]}
        />
      </div>
      <Extra
        summary={t("repair.flowTitle")}
        open={draft.repair !== undefined || Object.keys(problem?.fields ?? {}).some(isRepair)}
      >
        <p class="hint">{t("repair.flowLead")}</p>
        <RepairFields
          repair={repair}
          problem={problem}
          onChange={(next) => onChange(changed<Draft>(draft, { repair: next }))}
        />
      </Extra>
      <Extra summary={t("rules.variables")} open={variables.length > 0}>
        <Lines
          items={variables}
          blank={{ name: "", value: "" }}
          add={t("rules.addVariable")}
          onChange={(next) =>
            onChange(changed<Draft>(draft, { variables: next.length > 0 ? next : undefined }))
          }
        >
          {(one, write, index) => (
            <>
              <TextField
                label={t("step.headerName")}
                name={`variables.${index}.name`}
                value={one.name}
                onInput={(name) => write({ name })}
                problem={problem}
                autocomplete="off"
              />
              <TextField
                label={t("step.value")}
                name={`variables.${index}.value`}
                value={one.value ?? ""}
                onInput={(value) => write({ value })}
                problem={problem}
                required={false}
              />
            </>
          )}
        </Lines>
      </Extra>
    </fieldset>
  );
}

export const isRepair = (field: string) => field.startsWith("repair");
