import { useEffect } from "preact/hooks";
import { get } from "../../../api/http";
import { bytes, date } from "../../../i18n";
import { Button, Panel } from "../../../ui/basics";
import { Drop } from "../../../ui/drop";
import { toast } from "../../../ui/feedback";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { copy } from "../../../ui/secret";
import type { Blob as Kept, Whole } from "../../api/types";
import { t } from "../../i18n/publishing";
import { t as say } from "../../i18n/uploads";
import { sendOrSay, UploadRows } from "../../parts/upload-rows";
import { askAboutLost, type Sent } from "../../parts/uploads";
import { mayWrite } from "../../session";

/** Files that boxes fetch by their hash: pictures of a brand, models, releases. */
export function Blobs() {
  const found = useResource("blobs", () => get<Whole<Kept>>("/api/blobs"));
  const items = found.data?.items;
  useEffect(() => void askAboutLost(), []);
  const sent = ({ name }: Sent) => {
    toast(say("uploads.done", { name }));
    found.reload();
  };
  return (
    <Panel title={t("blobs.title")} icon="upload">
      <p class="lead">{t("blobs.lead")}</p>
      {mayWrite.value && (
        <Drop
          title={say("uploads.drop")}
          hint={say("uploads.dropHint")}
          action={say("uploads.add")}
          onFiles={(files) => files.forEach((file) => sendOrSay(file, sent))}
        >
          <UploadRows onSent={sent} />
        </Drop>
      )}
      <ProblemNote problem={found.problem} />
      {items?.length === 0 && <p class="quiet-note">{t("blobs.none")}</p>}
      <ul class="rows">
        {items?.map((one) => (
          <li key={one.sha256} class="list-row">
            <span>
              <b>{one.name || one.sha256.slice(0, 12)}</b>
              <small class="mono">{one.sha256.slice(0, 16)}…</small>
            </span>
            <small class="end">
              {bytes(one.bytes)} · {date(one.createdAt)}
            </small>
            <Button
              small
              kind="quiet"
              icon="copy"
              label={t("blobs.copy", { name: one.name || one.sha256.slice(0, 12) })}
              onClick={() => copy(one.sha256)}
            />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
