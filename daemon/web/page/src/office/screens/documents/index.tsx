import { get } from "../../../api/http";
import { dateTime } from "../../../i18n";
import { Badge, Empty, Loading, PageHead, Panel } from "../../../ui/basics";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import type { Published, Whole } from "../../api/types";
import { t } from "../../i18n/operations";
import { mayWrite } from "../../session";
import { Blobs } from "./blobs";
import { Publish } from "./publish";
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

/** What boxes should run, and how each roll-out goes. */
export function Documents({ id }: { id?: string | undefined }) {
  const found = useResource("documents", () => get<Whole<Published>>("/api/documents"));
  if (id) return <RolloutPage key={id} id={id} />;
  const items = found.data?.items;
  return (
    <>
      <PageHead title={t("nav.documents")} lead={t("documents.lead")} />
      <div class="split">
        <div class="stack">
          <Panel title={t("documents.list")} icon="send">
            <ProblemNote problem={found.problem} />
            {!items && !found.problem && <Loading />}
            {items?.length === 0 && (
              <Empty icon="send" title={t("documents.none")} text={t("documents.noneText")} />
            )}
            <ul class="rows">
              {items?.map((one) => (
                <Row key={one.id} one={one} />
              ))}
            </ul>
          </Panel>
          <Blobs />
        </div>
        {mayWrite.value && <Publish />}
      </div>
    </>
  );
}
