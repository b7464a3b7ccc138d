import { useState } from "preact/hooks";
import { post } from "../../../api/http";
import { Problem } from "../../../api/problem";
import { go } from "../../../router";
import { Button, Panel } from "../../../ui/basics";
import { confirm, toast } from "../../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../../ui/form";
import { DOCUMENTS, type Published } from "../../api/types";
import { t } from "../../i18n/operations";
import { ofPlatform } from "../../session";
import { EXAMPLES } from "./examples";

type Kind = Published["kind"];
const SCOPES = ["all", "reseller", "tenant", "device"] as const;
type Scope = (typeof SCOPES)[number];

const example = (kind: Kind) => JSON.stringify(EXAMPLES[kind], null, 2);

/** The content as an object. Throws the problem that marks its field. */
function parsed(text: string): object {
  const refuse = (reason: string) => {
    const words = t("documents.badJson", { reason });
    return new Problem(400, "bad_input", words, "body", { body: words });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : "");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse(text.slice(0, 40));
  return value;
}

/** Publish a document, to some or all of the boxes it is for. */
export function Publish() {
  const [kind, setKind] = useState<Kind>("brand");
  const [body, setBody] = useState(example("brand"));
  const scopes = SCOPES.filter((one) => one !== "reseller" || ofPlatform.value);
  const [scope, setScope] = useState<Scope>("all");
  const [scopeId, setScopeId] = useState("");
  const [percent, setPercent] = useState("5");
  const [days, setDays] = useState("45");
  const publish = useAction(async () => {
    const content = parsed(body);
    const facts = {
      kind: t(`kind.${kind}`),
      scope: scope === "all" ? t("scope.all") : `${t(`scope.${scope}`)} (${scopeId})`,
      percent,
    };
    if (
      !(await confirm(t("documents.sure", facts), t("documents.sureText"), t("documents.publish")))
    )
      return;
    const made = await post<{ id: string }>("/api/documents", {
      kind,
      body: content,
      percent: Number(percent),
      expiresDays: Number(days),
      ...(scope === "all" ? {} : { [`${scope}Id`]: scopeId.trim() }),
    });
    toast(t("documents.done"));
    go(`/documents/${made.id}`);
  });
  const { problem } = publish;
  const choose = (next: Kind) => {
    // What somebody wrote stays; an example that nobody touched makes room for the next.
    if (body === example(kind)) setBody(example(next));
    setKind(next);
  };
  return (
    <Panel title={t("documents.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void publish.run();
        }}
      >
        <SelectField
          label={t("documents.kind")}
          name="kind"
          value={kind}
          onChange={(value) => choose(value as Kind)}
          options={DOCUMENTS.map((one): [string, string] => [one, t(`kind.${one}`)])}
          hint={t(`kindHint.${kind}`)}
          problem={problem}
        />
        <TextField
          label={t("documents.body")}
          name="body"
          value={body}
          onInput={setBody}
          rows={10}
          problem={problem}
          required
        />
        <SelectField
          label={t("documents.scope")}
          name="scope"
          value={scope}
          onChange={(value) => setScope(value as Scope)}
          options={scopes.map((one): [string, string] => [one, t(`scope.${one}`)])}
        />
        {scope !== "all" && (
          <TextField
            label={t("documents.scopeId")}
            name={`${scope}Id`}
            value={scopeId}
            onInput={setScopeId}
            hint={t("documents.scopeIdHint")}
            problem={problem}
            autocomplete="off"
            required
          />
        )}
        <div class="columns">
          <TextField
            label={t("documents.percent")}
            name="percent"
            type="number"
            min={0}
            max={100}
            value={percent}
            onInput={setPercent}
            hint={t("documents.percentHint")}
            problem={problem}
            required
          />
          <TextField
            label={t("documents.days")}
            name="expiresDays"
            type="number"
            min={1}
            max={3650}
            value={days}
            onInput={setDays}
            problem={problem}
            required
          />
        </div>
        <ProblemNote
          problem={problem}
          except={["kind", "body", `${scope}Id`, "percent", "expiresDays"]}
        />
        <Button type="submit" kind="primary" busy={publish.busy}>
          {t("documents.publish")}
        </Button>
      </form>
    </Panel>
  );
}
