import { useState } from "preact/hooks";
import { get } from "../../../api/http";
import { dateTime } from "../../../i18n";
import { Badge, ButtonLink, Empty, Loading, PageHead, Panel } from "../../../ui/basics";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { DOCUMENTS, type Published, type Whole } from "../../api/types";
import { t } from "../../i18n/publishing";
import { Pick } from "../../parts/pick";
import { mayWrite } from "../../session";
import { Blobs } from "./blobs";
import { NewPublication } from "./publish";
import { RolloutPage } from "./rollout";

/** For whom a document is, in words. */
export function scopeText(one: Pick<Published, "deviceId" | "tenantId" | "resellerId">): string {
  if (one.deviceId) return `${t("scope.device")}: ${one.deviceId}`;
  if (one.tenantId) return `${t("scope.tenant")}: ${one.tenantId}`;
  return one.resellerId ? `${t("scope.reseller")}: ${one.resellerId}` : t("scope.all");
}

export function StateBadge({ one }: { one: Published }) {
  const whole = one.state === "running" && one.percent === 100;
  const tone = whole
    ? "ok"
    : one.state === "running"
      ? "accent"
      : one.state === "paused"
        ? "warn"
        : "bad";
  return <Badge tone={tone}>{t(`documents.state.${whole ? "whole" : one.state}`)}</Badge>;
}

function Row({ one }: { one: Published }) {
  return (
    <li>
      <a class="list-row" href={`#/documents/${one.id}`}>
        <span>
          <b>{t(`kind.${one.kind}`)}</b>
          <small>
            {scopeText(one)} · {dateTime(one.createdAt)}
          </small>
        </span>
        <small class="end">{t("documents.percentOf", { percent: one.percent })}</small>
        <StateBadge one={one} />
      </a>
    </li>
  );
}

const WAY = { icon: "plus", kind: "primary", href: "#/documents/new" } as const;

function List() {
  const found = useResource("documents", () => get<Whole<Published>>("/api/documents"));
  const [kind, setKind] = useState("");
  const items = found.data?.items.filter((one) => !kind || one.kind === kind);
  return (
    <Panel title={t("documents.list")} icon="send">
      <ProblemNote problem={found.problem} />
      {!items && !found.problem && <Loading />}
      {found.data?.items.length === 0 ? (
        <Empty icon="send" title={t("documents.none")} text={t("documents.noneText")}>
          {mayWrite.value && <ButtonLink {...WAY}>{t("documents.new")}</ButtonLink>}
        </Empty>
      ) : (
        items && (
          <div class="filters">
            <Pick
              label={t("documents.kind")}
              value={kind}
              onChange={setKind}
              options={[
                ["", t("common.all")],
                ...DOCUMENTS.map((one): [string, string] => [one, t(`kind.${one}`)]),
              ]}
            />
          </div>
        )
      )}
      {found.data && found.data.items.length > 0 && items?.length === 0 && (
        <p class="quiet-note">{t("documents.noneOfKind")}</p>
      )}
      <ul class="rows">
        {items?.map((one) => (
          <Row key={one.id} one={one} />
        ))}
      </ul>
    </Panel>
  );
}

/** What boxes should run, and how each roll-out goes. */
export function Documents({ id, kind }: { id?: string | undefined; kind?: string | undefined }) {
  if (id === "new") return <NewPublication kind={kind} />;
  if (id) return <RolloutPage key={id} id={id} />;
  return (
    <>
      <PageHead title={t("nav.documents")} lead={t("documents.lead")}>
        {mayWrite.value && <ButtonLink {...WAY}>{t("documents.new")}</ButtonLink>}
      </PageHead>
      <div class="halves">
        <List />
        <Blobs />
      </div>
    </>
  );
}
