import { useState } from "preact/hooks";
import { readJson } from "../../api/files";
import { get, post, query } from "../../api/http";
import { CATEGORIES, type Template, type TemplateCard } from "../../api/templates";
import type { Page } from "../../api/types";
import { language } from "../../i18n";
import { count, t } from "../../i18n/templates";
import { go } from "../../router";
import { Badge, Empty, Loading } from "../../ui/basics";
import { toast, toastProblem } from "../../ui/feedback";
import { FileButton } from "../../ui/file-button";
import { ProblemNote } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";

export function ImportTemplate() {
  const bring = async (file: File) => {
    try {
      const made = await post<Template>(
        "/templates/import",
        await readJson(file, t("template.notJson")),
      );
      toast(t("template.imported"));
      go(`/templates/${made.id}`);
    } catch (problem) {
      toastProblem(problem);
    }
  };
  return (
    <FileButton
      text={t("template.import")}
      accept=".json,application/json"
      onFile={(file) => void bring(file)}
    />
  );
}

function Card({ card }: { card: TemplateCard }) {
  return (
    <article class="panel template-card">
      <header>
        <h2>
          <a href={`#/templates/${encodeURIComponent(card.id)}`}>{card.title}</a>
        </h2>
        {card.own && <Badge tone="accent">{t("templates.own")}</Badge>}
      </header>
      <p>{card.summary}</p>
      <small>
        {[
          count("templates.faqs", card.faqs),
          count("templates.golden", card.golden),
          card.hasFlow && t("templates.flow"),
        ]
          .filter(Boolean)
          .join(" · ")}
      </small>
    </article>
  );
}

/** All templates, by trade and language. */
export function Gallery() {
  const [category, setCategory] = useState("");
  const [search, setSearch] = useState("");
  const [tongue, setTongue] = useState(language.value === "pt" ? "pt-BR" : "en");
  const path = `/templates${query({ category, search: search.trim(), language: tongue, limit: 60 })}`;
  const list = useResource(path, () => get<Page<TemplateCard>>(path));
  const items = list.data?.items;
  return (
    <section aria-label={t("templates.title")}>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t("templates.search")}
          <input
            type="search"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        <label>
          {t("templates.category")}
          <select value={category} onChange={(event) => setCategory(event.currentTarget.value)}>
            <option value="">{t("templates.every")}</option>
            {CATEGORIES.map((one) => (
              <option key={one} value={one}>
                {t(`category.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("templates.language")}
          <select value={tongue} onChange={(event) => setTongue(event.currentTarget.value)}>
            <option value="pt-BR">{t("language.pt")}</option>
            <option value="en">{t("language.en")}</option>
          </select>
        </label>
      </form>
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="layers" title={t("templates.none")} text={t("templates.noneText")} />
      )}
      <div class="template-grid">
        {items?.map((card) => (
          <Card key={card.id} card={card} />
        ))}
      </div>
      <More list={list} path={path} />
    </section>
  );
}
