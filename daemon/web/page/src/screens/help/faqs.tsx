import { useState } from "preact/hooks";
import type { HelpFaq } from "../../api/help";
import { get, patch, post } from "../../api/http";
import type { Page } from "../../api/types";
import { t } from "../../i18n/help";
import { may } from "../../state/session";
import { Button, Empty, Loading, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { ArticleActions, Marks } from "./article";
import { HelpFilters, NOTHING, pathOf, SubjectField, tongue } from "./filters";

interface FormProps {
  faq: HelpFaq | null;
  onSaved: () => void;
  onCancel: () => void;
}

function FaqForm({ faq, onSaved, onCancel }: FormProps) {
  const [category, setCategory] = useState<string>(faq?.category ?? "start");
  const [question, setQuestion] = useState(faq?.question ?? "");
  const [answer, setAnswer] = useState(faq?.answer ?? "");
  const save = useAction(async () => {
    const body = { category, question, answer };
    await (faq
      ? patch(`/support/faq/${faq.id}`, body)
      : post("/support/faq", { ...body, language: tongue() }));
    toast(t("common.saved"));
    setQuestion("");
    setAnswer("");
    onSaved();
  });
  const { problem } = save;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <SubjectField value={category} onChange={setCategory} />
      <TextField
        label={t("faq.question")}
        name="question"
        value={question}
        onInput={setQuestion}
        autocomplete="off"
        problem={problem}
        required
      />
      <TextField
        label={t("faq.answer")}
        name="answer"
        rows={5}
        value={answer}
        onInput={setAnswer}
        problem={problem}
        required
      />
      <ProblemNote problem={problem} except={["question", "answer"]} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={save.busy}>
          {t(faq ? "common.save" : "faq.add")}
        </Button>
        {faq && <Button onClick={onCancel}>{t("common.cancel")}</Button>}
      </div>
    </form>
  );
}

/** Questions about the box, with their answers. */
export function HelpFaqs() {
  const [wish, setWish] = useState(NOTHING);
  const [editing, setEditing] = useState<HelpFaq | null>(null);
  const path = pathOf("faq", wish);
  const list = useResource(path, () => get<Page<HelpFaq>>(path));
  const items = list.data?.items;
  return (
    <div class="split">
      <Panel title={t("help.faq")} icon="help">
        <HelpFilters wish={wish} onChange={setWish} writes={may("operator")} />
        <ProblemNote problem={list.problem} />
        {!items && !list.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="help" title={t("help.none")} text={t("help.noneText")} />
        )}
        {items?.map((faq) => (
          <details key={faq.id} class="help-item" open={wish.search !== "" && items.length < 4}>
            <summary>
              {faq.question} <Marks {...faq} />
            </summary>
            <p class="prose">{faq.answer}</p>
            <ArticleActions
              {...faq}
              path={`/support/faq/${faq.id}`}
              name={faq.question}
              onEdit={() => setEditing(faq)}
              onChange={list.reload}
            />
          </details>
        ))}
        <More list={list} path={path} />
      </Panel>
      {may("operator") && (
        <Panel title={t(editing ? "faq.edit" : "faq.new")} icon="plus">
          <FaqForm
            key={editing?.id ?? "new"}
            faq={editing}
            onSaved={() => {
              setEditing(null);
              list.reload();
            }}
            onCancel={() => setEditing(null)}
          />
        </Panel>
      )}
    </div>
  );
}
