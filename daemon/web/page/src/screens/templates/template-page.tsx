import { useState } from "preact/hooks";
import { saveAnswer } from "../../api/files";
import { del, get, post } from "../../api/http";
import type { Expectation, Made, Template } from "../../api/templates";
import { t } from "../../i18n/templates";
import { go } from "../../router";
import { may } from "../../state/session";
import { Button, ButtonLink, Loading, PageHead, Panel } from "../../ui/basics";
import { confirm, toastProblem } from "../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { useResource } from "../../ui/resource";
import { FlowPicture } from "../flows/picture";

/** What a golden question expects, in words. */
export const expected = ({ words, sources, refusal }: Expectation): string =>
  refusal ? t("template.refusal") : [...words, ...sources].join(", ");

/** Text with the blanks filled as far as they are known, and named where they are not. */
function useFilled(template: Template, values: Record<string, string>) {
  return (text: string) =>
    text.replace(/\[\[(\w+)\]\]/g, (_, name: string) => {
      const blank = template.blanks.find((one) => one.name === name);
      const known = [values[name], blank?.default, blank?.example].find(Boolean);
      return known ?? `[${blank?.label ?? name}]`;
    });
}

interface UseProps {
  template: Template;
  values: Record<string, string>;
  onValues: (values: Record<string, string>) => void;
}

function UseIt({ template, values, onValues }: UseProps) {
  const [name, setName] = useState(template.persona.name);
  const [made, setMade] = useState<Made | null>(null);
  const make = useAction(async () => {
    const blanks = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim()));
    const path = `/templates/${encodeURIComponent(template.id)}/instantiate`;
    setMade(await post<Made>(path, { name, language: template.language, blanks }));
  });
  const { problem } = make;
  if (made) {
    return (
      <Panel title={t("template.use")} icon="agent" class="form-panel">
        <p class="notice ok" role="status">
          <Icon name="check" />
          {t("template.made", { name, faqs: made.faqs, golden: made.golden })}
        </p>
        <div class="actions">
          <ButtonLink kind="primary" icon="agent" href={`#/agents/${made.agentId}`}>
            {name}
          </ButtonLink>
          {made.flowId && (
            <ButtonLink icon="flow" href={`#/flows/${made.flowId}`}>
              {t("template.openFlow")}
            </ButtonLink>
          )}
        </div>
      </Panel>
    );
  }
  return (
    <Panel title={t("template.use")} icon="agent">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <TextField
          label={t("template.agentName")}
          name="name"
          value={name}
          onInput={setName}
          autocomplete="off"
          problem={problem}
          required
        />
        {template.blanks.map((blank) => (
          <TextField
            key={blank.name}
            label={blank.label}
            name={`blanks.${blank.name}`}
            value={values[blank.name] ?? blank.default}
            placeholder={blank.example}
            onInput={(value) => onValues({ ...values, [blank.name]: value })}
            autocomplete="off"
            problem={problem}
            required={blank.required}
          />
        ))}
        <ProblemNote
          problem={problem}
          except={["name", ...template.blanks.map((blank) => `blanks.${blank.name}`)]}
        />
        <Button type="submit" kind="primary" icon="agent" busy={make.busy}>
          {t("template.make")}
        </Button>
      </form>
    </Panel>
  );
}

function Preview({ template, fill }: { template: Template; fill: (text: string) => string }) {
  const { persona, faqs, golden, flow } = template;
  return (
    <>
      <Panel title={t("template.persona")} icon="agent">
        <dl class="facts">
          <div>
            <dt>{t("template.name")}</dt>
            <dd>{persona.name}</dd>
          </div>
          <div>
            <dt>{t("template.tone")}</dt>
            <dd>{persona.tone}</dd>
          </div>
        </dl>
        <h3>{t("template.instructions")}</h3>
        <p class="prose">{fill(persona.instructions)}</p>
      </Panel>
      {faqs.length > 0 && (
        <Panel title={t("template.faqs")} icon="faq">
          {faqs.map((faq) => (
            <details key={faq.question} class="more">
              <summary>{fill(faq.question)}</summary>
              <p class="prose">{fill(faq.answer)}</p>
            </details>
          ))}
        </Panel>
      )}
      {flow && (
        <Panel title={`${t("template.flow")}: ${flow.name}`} icon="flow">
          <FlowPicture draft={flow.graph} open={null} wrong={new Set()} />
        </Panel>
      )}
      {golden.length > 0 && (
        <Panel title={t("template.golden")} icon="target">
          <p class="hint">{t("template.goldenHint")}</p>
          <ul class="rows">
            {golden.map((one) => (
              <li key={one.question} class="list-row">
                <span>
                  <b>{fill(one.question)}</b>
                  <small>{t("template.expects", { what: fill(expected(one.expect)) })}</small>
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Found({ template }: { template: Template }) {
  const [values, setValues] = useState<Record<string, string>>({});
  const fill = useFilled(template, values);
  const path = `/templates/${encodeURIComponent(template.id)}`;
  const remove = async () => {
    const title = t("template.deleteTitle", { name: template.title });
    if (!(await confirm(title, t("template.deleteText"), t("common.delete")))) return;
    await del(path).then(() => go("/templates"), toastProblem);
  };
  return (
    <>
      <PageHead title={template.title} lead={template.summary} back="#/templates">
        <Button
          small
          icon="download"
          onClick={() =>
            void saveAnswer(`${path}/export`, `${template.id}.json`).catch(toastProblem)
          }
        >
          {t("template.export")}
        </Button>
        {template.own && may("operator") && (
          <Button
            small
            kind="quiet"
            icon="trash"
            label={t("template.delete")}
            onClick={() => void remove()}
          />
        )}
      </PageHead>
      <div class="split">
        <div class="stack">
          <Preview template={template} fill={fill} />
        </div>
        {may("operator") && <UseIt template={template} values={values} onValues={setValues} />}
      </div>
    </>
  );
}

/** One template: what it brings, and the form that makes an agent of it. */
export function TemplatePage({ id }: { id: string }) {
  const template = useResource(id, () => get<Template>(`/templates/${encodeURIComponent(id)}`));
  if (template.data) return <Found template={template.data} />;
  return template.problem ? (
    <>
      <PageHead title={t("lost.title")} back="#/templates" />
      <ProblemNote problem={template.problem} />
    </>
  ) : (
    <Loading />
  );
}
