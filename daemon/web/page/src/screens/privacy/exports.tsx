import { saveFile } from "../../api/file";
import { del, post } from "../../api/http";
import { running, type Export } from "../../api/privacy";
import type { Page } from "../../api/types";
import { bytes, date, dateTime, language } from "../../i18n";
import { t } from "../../i18n/privacy";
import { Badge, Button, Empty, Loading, Panel } from "../../ui/basics";
import { toastProblem } from "../../ui/feedback";
import { ProblemNote, useAction } from "../../ui/form";
import type { Resource } from "../../ui/resource";

function Row({ made, onChange }: { made: Export; onChange: () => void }) {
  const at = dateTime(made.createdAt);
  const { expiresAt, error, id, state } = made;
  const url = `/privacy/exports/${id}/file`;
  return (
    <li class="list-row">
      <span>
        <b>{at}</b>
        <small>
          {state === "ready" &&
            [bytes(made.bytes), expiresAt && t("privacy.until", { day: date(expiresAt) })]
              .filter(Boolean)
              .join(" · ")}
          {error && t(`privacy.error.${error as "disk_failed"}`)}
        </small>
      </span>
      {running(made) && <Badge tone="accent">{t("privacy.making")}</Badge>}
      {state === "failed" && <Badge tone="bad">{t("privacy.failed")}</Badge>}
      {state === "ready" && (
        <Button
          small
          icon="download"
          label={t("privacy.downloadOf", { at })}
          onClick={() => void saveFile(url, `${id}.zip`).catch(toastProblem)}
        >
          {t("privacy.download")}
        </Button>
      )}
      <Button
        small
        kind="quiet"
        icon="trash"
        label={t("privacy.deleteOf", { at })}
        onClick={() => void del(`/privacy/exports/${id}`).then(onChange, toastProblem)}
      />
    </li>
  );
}

/** Copies of people's data, as they are made. */
export function ExportRows({ list }: { list: Resource<Page<Export>> }) {
  const items = list.data?.items;
  return (
    <>
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && (
        <Empty
          icon="download"
          title={t("privacy.exportsNone")}
          text={t("privacy.exportsNoneText")}
        />
      )}
      <ul class="rows">
        {items?.map((made) => (
          <Row key={made.id} made={made} onChange={list.reload} />
        ))}
      </ul>
    </>
  );
}

/** Makes a copy of one person's data. */
export function ExportPanel({ id, list }: { id: string; list: Resource<Page<Export>> }) {
  const make = useAction(async () => {
    const body = { language: language.value === "en" ? "en" : "pt-BR" };
    await post(`/privacy/contacts/${id}/export`, body);
    list.reload();
  });
  return (
    <Panel title={t("privacy.export")} icon="download" class="stack">
      <p class="hint">{t("privacy.exportText")}</p>
      <ProblemNote problem={make.problem} />
      <div class="actions">
        <Button kind="primary" busy={make.busy} onClick={() => void make.run()}>
          {t("privacy.exportMake")}
        </Button>
      </div>
      {(list.data?.items.length ?? 0) > 0 && <ExportRows list={list} />}
    </Panel>
  );
}
