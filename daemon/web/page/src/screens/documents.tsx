import { useEffect } from "preact/hooks";
import { del, get, post, query } from "../api/http";
import type { KnowledgeDocument, Page } from "../api/types";
import { ago, bytes, number } from "../i18n";
import { count, t } from "../i18n/knowledge";
import { useLive, type LiveEvent } from "../live/socket";
import { may } from "../state/session";
import { Badge, Button, Empty, Loading, Panel, Progress } from "../ui/basics";
import { confirm, toast, toastProblem } from "../ui/feedback";
import { ProblemNote } from "../ui/form";
import { Icon } from "../ui/icon";
import { More } from "../ui/more";
import { useResource } from "../ui/resource";
import { DropZone } from "./drop-zone";
import { SearchBox } from "./search-box";

const POLL_MS = 2500;

function Status({ document }: { document: KnowledgeDocument }) {
  if (document.status === "failed") {
    return (
      <p class="field-error">
        <Icon name="warning" size={14} />
        {document.error ?? t("documents.failed")}
      </p>
    );
  }
  if (document.status === "ready") {
    return (
      <small>
        {document.pages ? `${count("documents.pages", document.pages)} · ` : ""}
        {count("documents.chunks", document.chunks ?? 0)}
      </small>
    );
  }
  const { embedded, chunks } = document;
  return (
    <div class="indexing">
      <Progress
        value={document.progress}
        label={t("documents.indexingOf", { name: document.name })}
      />
      <small>
        {t("documents.indexing")}
        {chunks ? ` · ${number(embedded ?? 0)}/${number(chunks)}` : ""}
      </small>
    </div>
  );
}

interface RowProps {
  document: KnowledgeDocument;
  onChange: () => void;
}

function DocumentRow({ document, onChange }: RowProps) {
  const path = `/agents/${document.agentId}/documents/${document.id}`;
  const reindex = () =>
    post(`${path}/reindex`).then(() => {
      toast(t("documents.reindexing"));
      onChange();
    }, toastProblem);
  const remove = async () => {
    const { name } = document;
    const sure = await confirm(
      t("documents.deleteTitle", { name }),
      t("documents.deleteText"),
      t("common.delete"),
    );
    if (sure) await del(path).then(onChange, toastProblem);
  };
  return (
    <li class="document-row">
      <span class={`file-icon ${document.status}`}>
        <Icon name="document" size={22} />
        <span>{extension(document.name)}</span>
      </span>
      <div class="document-main">
        <b>{document.title ?? document.name}</b>
        <small class="meta">
          {document.title && document.title !== document.name && <>{document.name} · </>}
          {bytes(document.bytes)} · {ago(document.createdAt)}
        </small>
        <Status document={document} />
      </div>
      {document.status === "ready" && <Badge tone="ok">{t("documents.ready")}</Badge>}
      {may("operator") && (
        <div class="row-actions">
          <Button
            kind="quiet"
            small
            icon="refresh"
            label={t("documents.reindex", { name: document.name })}
            onClick={() => void reindex()}
          />
          <Button
            kind="quiet"
            small
            icon="trash"
            label={t("documents.delete", { name: document.name })}
            onClick={() => void remove()}
          />
        </div>
      )}
    </li>
  );
}

function extension(name: string): string {
  return /\.([a-z0-9]{1,4})$/i.exec(name)?.[1]?.toUpperCase() ?? "";
}

/** Lay the fields of a live event over the document it is about. */
export function withEvent(items: KnowledgeDocument[], event: LiveEvent): KnowledgeDocument[] {
  const data = event.data as Partial<KnowledgeDocument> & { documentId?: string };
  const id = data.documentId ?? data.id;
  return items.map((item) => (item.id === id ? { ...item, ...data, id: item.id } : item));
}

/** What the agent knows: upload, watch it being indexed, try a search. */
export function Documents({ agentId }: { agentId: string }) {
  const path = `/agents/${agentId}/documents`;
  const list = `${path}${query({ limit: 200 })}`;
  const documents = useResource(path, () => get<Page<KnowledgeDocument>>(list));
  const { reload, set, data } = documents;
  useLive("document.progress", (event) =>
    set((page) => ({ ...page, items: withEvent(page.items, event) })),
  );
  useLive("document.ready document.failed", reload);

  // The live link carries the progress; polling is the net under it.
  const indexing = data?.items.some((item) => item.status === "indexing") ?? false;
  useEffect(() => {
    if (!indexing) return undefined;
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [indexing, reload]);

  const items = data?.items ?? [];
  return (
    <div class="split">
      <div class="stack">
        {may("operator") && <DropZone agentId={agentId} onUploaded={reload} />}
        <Panel title={t("documents.title")} icon="document">
          <ProblemNote problem={documents.problem} />
          {!data && !documents.problem && <Loading />}
          {data && items.length === 0 && (
            <Empty icon="upload" title={t("documents.none")} text={t("documents.noneText")} />
          )}
          <ul class="rows">
            {items.map((item) => (
              <DocumentRow key={item.id} document={item} onChange={reload} />
            ))}
          </ul>
          <More list={documents} path={list} />
        </Panel>
      </div>
      <SearchBox agentId={agentId} ready={items.some((item) => item.status !== "failed")} />
    </div>
  );
}
