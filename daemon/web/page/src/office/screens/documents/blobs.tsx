import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../../../api/http";
import { bytes, date } from "../../../i18n";
import { Button, Panel } from "../../../ui/basics";
import { toast } from "../../../ui/feedback";
import { ProblemNote } from "../../../ui/form";
import { Icon } from "../../../ui/icon";
import { useResource } from "../../../ui/resource";
import type { Blob as Kept, Whole } from "../../api/types";
import { t } from "../../i18n/publishing";
import { t as say } from "../../i18n/uploads";
import { copy } from "../../parts/once";
import { sendOrSay, UploadRows } from "../../parts/upload-rows";
import { askAboutLost, type Sent } from "../../parts/uploads";
import { mayWrite } from "../../session";

function Drop({ onSent }: { onSent: (sent: Sent) => void }) {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const add = (files: FileList | null | undefined) => {
    for (const file of files ?? []) sendOrSay(file, onSent);
  };
  return (
    <section
      class={`drop${over ? " over" : ""}`}
      aria-label={say("uploads.drop")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        add(event.dataTransfer?.files);
      }}
    >
      <div class="drop-ask">
        <Icon name="upload" size={28} />
        <p>
          <b>{say("uploads.drop")}</b>
          <small>{say("uploads.dropHint")}</small>
        </p>
        <Button onClick={() => input.current?.click()}>{say("uploads.add")}</Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={say("uploads.add")}
          onChange={({ currentTarget }) => {
            add(currentTarget.files);
            currentTarget.value = "";
          }}
        />
      </div>
      <UploadRows onSent={onSent} />
    </section>
  );
}

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
      {mayWrite.value && <Drop onSent={sent} />}
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
