import { useEffect, useState } from "preact/hooks";
import type { WhatsAppSession } from "../api/types";
import { t } from "../i18n/whatsapp";
import { Button, Loading } from "../ui/basics";
import { toast } from "../ui/feedback";

/** Seconds until `iso`, counted down once a second. */
function useCountdown(iso: string | undefined): number {
  const left = () => (iso ? Math.max(0, Math.ceil((Date.parse(iso) - Date.now()) / 1000)) : 0);
  const [, tick] = useState(0);
  useEffect(() => {
    if (!iso) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [iso]);
  return left();
}

/** An address of inline SVG for an image: there it needs the namespace that HTML does without. */
function pictureOf(svg: string): string {
  const whole = svg.includes("xmlns=")
    ? svg
    : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml,${encodeURIComponent(whole)}`;
}

function QrCode({ svg, expiresAt }: { svg: string; expiresAt: string }) {
  const seconds = useCountdown(expiresAt);
  return (
    <figure class={`qr${seconds === 0 ? " expired" : ""}`}>
      <img src={pictureOf(svg)} alt={t("whatsapp.qrAlt")} />
      <figcaption>
        {seconds > 0 ? t("whatsapp.qrExpires", { n: seconds }) : t("whatsapp.qrRenewing")}
      </figcaption>
    </figure>
  );
}

function Code({ code }: { code: string }) {
  const plain = code.replace("-", "");
  const copy = () =>
    navigator.clipboard.writeText(plain).then(
      () => toast(t("common.copied")),
      () => undefined,
    );
  return (
    <div class="pairing-code">
      <output aria-label={t("whatsapp.code")}>
        {plain.slice(0, 4)}
        <span aria-hidden="true">-</span>
        {plain.slice(4)}
      </output>
      <Button small icon="copy" onClick={() => void copy()}>
        {t("common.copy")}
      </Button>
    </div>
  );
}

const STEPS = {
  qr: ["whatsapp.step.open", "whatsapp.step.devices", "whatsapp.step.link", "whatsapp.step.point"],
  code: [
    "whatsapp.step.open",
    "whatsapp.step.devices",
    "whatsapp.step.byPhone",
    "whatsapp.step.type",
  ],
} as const;

/** What the person does on the phone, beside the code to scan or type. */
export function Pairing({ session }: { session: WhatsAppSession }) {
  const { state, qr, pairingCode } = session;
  if (state === "STARTING") return <Loading />;
  if (state !== "SCAN_QR_CODE") return null;
  if (!qr && !pairingCode) return <Loading />;
  return (
    <div class="pairing">
      {pairingCode ? (
        <Code code={pairingCode} />
      ) : (
        qr && <QrCode svg={qr.svg} expiresAt={qr.expiresAt} />
      )}
      <ol class="steps">
        {STEPS[pairingCode ? "code" : "qr"].map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
      </ol>
    </div>
  );
}
