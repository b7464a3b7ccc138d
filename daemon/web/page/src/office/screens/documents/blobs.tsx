import { useRef } from "preact/hooks";
import { failure, get, headers, query } from "../../../api/http";
import { Problem } from "../../../api/problem";
import { bytes, date } from "../../../i18n";
import { Button, Panel } from "../../../ui/basics";
import { toast } from "../../../ui/feedback";
import { ProblemNote, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import type { Blob as Kept, Whole } from "../../api/types";
import { t } from "../../i18n/operations";
import { copy } from "../../parts/once";
import { mayWrite } from "../../session";

const MOST = 512 * 1024 ** 2;

async function sha256(body: ArrayBuffer): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function send(file: File): Promise<void> {
  if (file.size > MOST) throw new Problem(413, "too_large", t("blobs.large"));
  const body = await file.arrayBuffer();
  const path = `/api/blobs/${await sha256(body)}${query({ name: file.name.slice(0, 120) })}`;
  const type = { "content-type": "application/octet-stream" };
  const response = await fetch(path, { method: "PUT", headers: headers(type), body });
  if (!response.ok) throw await failure(response);
}

/** Files that boxes fetch by their hash: pictures of a brand, models, releases. */
export function Blobs() {
  const found = useResource("blobs", () => get<Whole<Kept>>("/api/blobs"));
  const input = useRef<HTMLInputElement>(null);
  const sending = useAction(async (file: File) => {
    await send(file);
    toast(t("blobs.sent", { name: file.name }));
    found.reload();
  });
  const items = found.data?.items;
  return (
    <Panel title={t("blobs.title")} icon="upload">
      <p class="lead">{t("blobs.lead")}</p>
      <ProblemNote problem={found.problem ?? sending.problem} />
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
      {mayWrite.value && (
        <div class="actions foot">
          <input
            ref={input}
            type="file"
            hidden
            aria-label={t("blobs.pick")}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              event.currentTarget.value = "";
              if (file) void sending.run(file);
            }}
          />
          <Button small icon="upload" busy={sending.busy} onClick={() => input.current?.click()}>
            {t("blobs.add")}
          </Button>
        </div>
      )}
    </Panel>
  );
}
