import { useState } from "preact/hooks";
import { get, post } from "../../../api/http";
import { ago, dateTime } from "../../../i18n";
import { Badge, Button, Panel } from "../../../ui/basics";
import { ProblemNote, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import type { Tenant, Token, Whole } from "../../api/types";
import { t } from "../../i18n/business";
import { shortId } from "../../parts/health";
import { Once } from "../../parts/once";
import { mayWrite } from "../../session";

const TONES = { open: "accent", used: "ok", expired: "plain" } as const;

interface Made {
  token: string;
  expiresAt: string;
}

/** What the box's nextagent.toml needs; the address is the one that this page came from. */
const setting = (): string => `[sync]\nurl = "${location.origin}"`;

/** Tokens with which boxes enrol: each is good once, and shown once. */
export function Tokens({ tenant }: { tenant: Tenant }) {
  const path = `/api/tenants/${tenant.id}/tokens`;
  const found = useResource(path, () => get<Whole<Token>>(path));
  const [made, setMade] = useState<Made | null>(null);
  const make = useAction(async () => {
    setMade(await post<Made>(path));
    found.reload();
  });
  const items = found.data?.items;
  return (
    <Panel
      title={t("tenant.tokens")}
      icon="qr"
      actions={
        mayWrite.value && (
          <Button small icon="plus" busy={make.busy} onClick={() => void make.run()}>
            {t("tenant.newToken")}
          </Button>
        )
      }
    >
      <ProblemNote problem={found.problem ?? make.problem} />
      {made && (
        <>
          <Once
            text={t("tenant.tokenOnce", { when: dateTime(made.expiresAt) })}
            secrets={[
              { label: t("tenant.command"), value: `nextagent enroll ${made.token}` },
              { label: t("tenant.setting"), value: setting() },
            ]}
          />
          <p class="quiet-note">{t("tenant.elsewhere")}</p>
        </>
      )}
      {items?.length === 0 && <p class="quiet-note">{t("tenant.noTokens")}</p>}
      <ul class="rows">
        {items?.map((one, index) => (
          <li key={index} class="list-row">
            <span>
              <b>{t("token.made", { when: ago(one.createdAt) })}</b>
              <small>
                {one.deviceId ? (
                  <a href={`#/boxes/${one.deviceId}`}>
                    {t("token.box", { box: shortId(one.deviceId) })}
                  </a>
                ) : (
                  t("token.until", { when: dateTime(one.expiresAt) })
                )}
              </small>
            </span>
            <Badge tone={TONES[one.state]}>{t(`token.${one.state}`)}</Badge>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
