import { useState } from "preact/hooks";
import { get, query } from "../api/http";
import type { Page, Passage } from "../api/types";
import { t } from "../i18n/knowledge";
import { Button, Panel } from "../ui/basics";
import { ProblemNote, useAction } from "../ui/form";
import { Passages } from "./passages";

/** Try what the agent would find for a question, without asking the model. */
export function SearchBox({ agentId, ready }: { agentId: string; ready: boolean }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<Passage[] | null>(null);
  const search = useAction(async () => {
    const path = `/agents/${agentId}/search${query({ q: text.trim(), limit: 5 })}`;
    setFound((await get<Page<Passage>>(path)).items);
  });
  return (
    <Panel title={t("search.title")} icon="search" class="search-panel">
      <p class="lead">{t(ready ? "search.lead" : "search.notReady")}</p>
      <form
        class="inline"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim()) void search.run();
        }}
      >
        <input
          type="search"
          aria-label={t("search.label")}
          placeholder={t("search.example")}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" icon="search" busy={search.busy} label={t("search.action")} />
      </form>
      <ProblemNote problem={search.problem} />
      <div aria-live="polite">
        {found?.length === 0 && <p class="quiet-note">{t("search.nothing")}</p>}
        {found && found.length > 0 && <Passages items={found} />}
      </div>
    </Panel>
  );
}
