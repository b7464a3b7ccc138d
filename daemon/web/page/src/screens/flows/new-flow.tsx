import { useState } from "preact/hooks";
import type { FlowDetail } from "../../api/flows";
import { get, post, query } from "../../api/http";
import type { Template, TemplateCard } from "../../api/templates";
import type { Page } from "../../api/types";
import { language } from "../../i18n";
import { t } from "../../i18n/flows";
import { go } from "../../router";
import { Button, Panel } from "../../ui/basics";
import { ProblemNote, SelectField, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { AgentSelect } from "../agent-select";

/** Put what somebody wrote into the blanks of a template's graph. */
const filled = (graph: unknown, blanks: Record<string, string>): unknown =>
  JSON.parse(
    JSON.stringify(graph).replace(/\[\[(\w+)\]\]/g, (whole, name: string) =>
      blanks[name] ? JSON.stringify(blanks[name]).slice(1, -1) : whole,
    ),
  );

/** A new flow, blank or from a template of the library. */
export function NewFlow() {
  const [name, setName] = useState("");
  const [agentId, setAgentId] = useState("");
  const [from, setFrom] = useState("");
  const [blanks, setBlanks] = useState<Record<string, string>>({});
  const shelf = `/templates${query({ language: language.value === "pt" ? "pt-BR" : "en", limit: 200 })}`;
  const cards = useResource(shelf, () => get<Page<TemplateCard>>(shelf));
  const template = useResource<Template | null>(from, () =>
    from ? get<Template>(`/templates/${encodeURIComponent(from)}`) : Promise.resolve(null),
  );
  const graph = template.data?.flow?.graph;
  const used = JSON.stringify(graph ?? {});
  const wanted = (template.data?.blanks ?? []).filter((one) => used.includes(`[[${one.name}]]`));
  const make = useAction(async () => {
    const body = { agentId, name, ...(graph ? { draft: filled(graph, blanks) } : {}) };
    const made = await post<FlowDetail>("/flows", body);
    go(`/flows/${made.id}`);
  });
  return (
    <Panel title={t("flows.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <TextField
          label={t("flows.name")}
          name="name"
          value={name}
          onInput={setName}
          placeholder={t("flows.nameExample")}
          autocomplete="off"
          problem={make.problem}
          required
        />
        <AgentSelect
          label={t("flows.agent")}
          value={agentId}
          onChange={setAgentId}
          none={t("flows.chooseAgent")}
          problem={make.problem}
        />
        <SelectField
          label={t("flows.from")}
          name="from"
          value={from}
          onChange={setFrom}
          options={[
            ["", t("flows.blank")],
            ...(cards.data?.items ?? [])
              .filter((card) => card.hasFlow)
              .map((card): [string, string] => [card.id, card.title]),
          ]}
        />
        {wanted.map((blank) => (
          <TextField
            key={blank.name}
            label={blank.label}
            name={blank.name}
            value={blanks[blank.name] ?? blank.default}
            placeholder={blank.example}
            onInput={(value) => setBlanks({ ...blanks, [blank.name]: value })}
            required={blank.required}
          />
        ))}
        <ProblemNote problem={make.problem} except={["name", "agentId"]} />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("flows.create")}
        </Button>
      </form>
    </Panel>
  );
}
