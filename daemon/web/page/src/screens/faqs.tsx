import { useState } from "preact/hooks";
import { del, get, patch, post } from "../api/http";
import type { Faq, Page } from "../api/types";
import { t } from "../i18n/knowledge";
import { may } from "../state/session";
import { Button, Empty, Loading, Panel } from "../ui/basics";
import { confirm, toast, toastProblem } from "../ui/feedback";
import { ProblemNote, TextField, useAction } from "../ui/form";
import { More } from "../ui/more";
import { useResource } from "../ui/resource";

interface FormProps {
  path: string;
  faq?: Faq;
  /** What a new answer is for, where somebody came from a question nobody answered. */
  question?: string;
  onSaved: () => void;
  onCancel?: () => void;
}

function FaqForm({ path, faq, question: asked = "", onSaved, onCancel }: FormProps) {
  const [question, setQuestion] = useState(faq?.question ?? asked);
  const [answer, setAnswer] = useState(faq?.answer ?? "");
  const save = useAction(async () => {
    const body = { question, answer };
    await (faq ? patch(`${path}/${faq.id}`, body) : post(path, body));
    toast(t("common.saved"));
    setQuestion("");
    setAnswer("");
    onSaved();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <TextField
        label={t("faqs.question")}
        name="question"
        value={question}
        onInput={setQuestion}
        placeholder={t("faqs.questionExample")}
        autocomplete="off"
        problem={save.problem}
        required
      />
      <TextField
        label={t("faqs.answer")}
        name="answer"
        value={answer}
        onInput={setAnswer}
        rows={4}
        placeholder={t("faqs.answerExample")}
        problem={save.problem}
        required
      />
      <ProblemNote problem={save.problem} except={["question", "answer"]} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={save.busy}>
          {t(faq ? "common.save" : "faqs.add")}
        </Button>
        {onCancel && <Button onClick={onCancel}>{t("common.cancel")}</Button>}
      </div>
    </form>
  );
}

/** Questions with their ready answers; the agent uses them before anything else. */
export function Faqs({ agentId, question }: { agentId: string; question: string }) {
  const path = `/agents/${agentId}/faqs`;
  const list = `${path}?limit=200`;
  const faqs = useResource(path, () => get<Page<Faq>>(list));
  const [editing, setEditing] = useState<string | null>(null);
  const remove = async (faq: Faq) => {
    const sure = await confirm(t("faqs.deleteTitle"), faq.question, t("common.delete"));
    if (sure) await del(`${path}/${faq.id}`).then(faqs.reload, toastProblem);
  };
  const saved = () => {
    setEditing(null);
    faqs.reload();
  };
  return (
    <div class="split">
      <Panel title={t("faqs.title")} icon="faq">
        <ProblemNote problem={faqs.problem} />
        {!faqs.data && !faqs.problem && <Loading />}
        {faqs.data?.items.length === 0 && (
          <Empty icon="faq" title={t("faqs.none")} text={t("faqs.noneText")} />
        )}
        <ul class="rows">
          {faqs.data?.items.map((faq) =>
            editing === faq.id ? (
              <li key={faq.id}>
                <FaqForm path={path} faq={faq} onSaved={saved} onCancel={() => setEditing(null)} />
              </li>
            ) : (
              <li key={faq.id} class="faq-row">
                <div>
                  <b>{faq.question}</b>
                  <p>{faq.answer}</p>
                </div>
                {may("operator") && (
                  <div class="row-actions">
                    <Button
                      small
                      kind="quiet"
                      label={`${t("common.edit")}: ${faq.question}`}
                      onClick={() => setEditing(faq.id)}
                    >
                      {t("common.edit")}
                    </Button>
                    <Button
                      small
                      kind="quiet"
                      icon="trash"
                      label={`${t("common.delete")}: ${faq.question}`}
                      onClick={() => void remove(faq)}
                    />
                  </div>
                )}
              </li>
            ),
          )}
        </ul>
        <More list={faqs} path={list} />
      </Panel>
      {may("operator") && (
        <Panel title={t("faqs.new")} icon="plus">
          <FaqForm key={question} path={path} question={question} onSaved={saved} />
        </Panel>
      )}
    </div>
  );
}
