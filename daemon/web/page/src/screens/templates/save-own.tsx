import { useState } from "preact/hooks";
import { post } from "../../api/http";
import { CATEGORIES, type Template } from "../../api/templates";
import { t } from "../../i18n/templates";
import { go } from "../../router";
import { Button, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../ui/form";
import { AgentSelect } from "../agent-select";

/** Keep an agent of the box, to make others like it. */
export function SaveOwn() {
  const [agentId, setAgentId] = useState("");
  const [title, setTitle] = useState("");
  const [summary, setSummary] = useState("");
  const [category, setCategory] = useState("other");
  const save = useAction(async () => {
    const made = await post<Template>("/templates", { agentId, title, summary, category });
    toast(t("template.kept"));
    go(`/templates/${made.id}`);
  });
  const { problem } = save;
  return (
    <Panel title={t("template.save")} icon="plus">
      <p class="lead">{t("template.saveHint")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <div class="columns">
          <AgentSelect
            label={t("template.agent")}
            value={agentId}
            onChange={setAgentId}
            none={t("template.chooseAgent")}
            problem={problem}
          />
          <TextField
            label={t("template.titleOf")}
            name="title"
            value={title}
            onInput={setTitle}
            autocomplete="off"
            problem={problem}
            required
          />
          <SelectField
            label={t("templates.category")}
            name="category"
            value={category}
            onChange={setCategory}
            options={CATEGORIES.map((one) => [one, t(`category.${one}`)])}
            problem={problem}
          />
          <TextField
            label={t("template.summary")}
            name="summary"
            value={summary}
            onInput={setSummary}
            autocomplete="off"
            problem={problem}
            required={false}
          />
        </div>
        <ProblemNote problem={problem} except={["agentId", "title", "category", "summary"]} />
        <div class="actions">
          <Button type="submit" kind="primary" busy={save.busy}>
            {t("template.keep")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
