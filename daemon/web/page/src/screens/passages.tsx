import type { Passage } from "../api/types";
import { number } from "../i18n";
import { t } from "../i18n/knowledge";

function titleOf(item: Passage): string {
  return [item.title, item.name, item.document].find((text) => text) ?? "";
}

/** Passages with their scores, each traceable to document and page. */
export function Passages({ items }: { items: Passage[] }) {
  const best = Math.max(...items.map((item) => item.score), 0.0001);
  return (
    <ol class="passages">
      {items.map((item, index) => (
        <li key={item.chunkId ?? index}>
          <header>
            <b>{titleOf(item)}</b>
            {item.page ? <span>{t("passage.page", { page: item.page })}</span> : null}
            <span class="score" title={t("passage.score")}>
              <span class="score-bar" aria-hidden="true">
                <i style={{ width: `${Math.max(4, (item.score / best) * 100)}%` }} />
              </span>
              <span class="sr">{t("passage.score")} </span>
              {number(item.score, 3)}
            </span>
          </header>
          <blockquote>{item.text}</blockquote>
        </li>
      ))}
    </ol>
  );
}
