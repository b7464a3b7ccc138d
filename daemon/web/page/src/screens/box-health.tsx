import type { Box, Cause, Child } from "../api/box";
import { causes, system } from "../api/box";
import { bytes, count, has, t } from "../i18n";
import { useEffect } from "preact/hooks";
import { Light, Loading, Panel, type Tone } from "../ui/basics";
import { ProblemNote } from "../ui/form";
import { Icon } from "../ui/icon";
import { useResource } from "../ui/resource";

const EVERY_MS = 10_000;
const TONES: Record<string, Tone> = { running: "ok", starting: "accent", stopped: "plain" };

/** The box's health, looked at again every few seconds while it is on screen. */
export function useHealth() {
  const state = useResource("health", async () => {
    const [box, why] = await Promise.all([system(), causes()]);
    return { box, causes: why };
  });
  const { reload } = state;
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return state;
}

export function childName(child: Child): string {
  const key = `child.${child.name}`;
  return has(key) ? t(key) : child.name;
}

export function ChildLight({ child }: { child: Child }) {
  const key = `child.state.${child.state}`;
  return (
    <Light tone={TONES[child.state] ?? "bad"} pulse={child.state === "starting"}>
      {has(key) ? t(key) : child.state}
    </Light>
  );
}

function Causes({ items }: { items: Cause[] }) {
  if (items.length === 0) {
    return (
      <p class="verdict ok">
        <Icon name="check" />
        {t("health.ready")}
      </p>
    );
  }
  return (
    <div class="verdict warn">
      <Icon name="clock" />
      <div>
        <b>{t("health.notReady")}</b>
        <ul>
          {items.map((cause) => (
            <li key={cause.code}>{cause.message}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Meter({ box }: { box: Box }) {
  const { freeBytes, totalBytes } = box.disk;
  const used = totalBytes > 0 ? 1 - freeBytes / totalBytes : 0;
  return (
    <div class="meter">
      <span>{t("health.disk")}</span>
      <span class={`meter-bar${used > 0.9 ? " warn" : ""}`} aria-hidden="true">
        <i style={{ width: `${Math.round(used * 100)}%` }} />
      </span>
      <b>{t("health.diskFree", { free: bytes(freeBytes) })}</b>
    </div>
  );
}

/** Models, bridge, queue and disk at a glance. */
export function BoxHealth() {
  const { data, problem } = useHealth();
  return (
    <Panel title={t("health.title")} icon="chip" class="health">
      <ProblemNote problem={problem} />
      {!data && !problem && <Loading />}
      {data && (
        <>
          <Causes items={data.causes} />
          <dl class="facts">
            {data.box.children.map((child) => (
              <div key={child.name}>
                <dt>{childName(child)}</dt>
                <dd>
                  <ChildLight child={child} />
                </dd>
              </div>
            ))}
            <div>
              <dt>{t("health.queue")}</dt>
              <dd>
                {count("health.jobs", data.box.queue.ready)}
                {data.box.queue.parked > 0 && (
                  <a href="#/settings/box" class="warn-text">
                    {" "}
                    · {count("health.parked", data.box.queue.parked)}
                  </a>
                )}
              </dd>
            </div>
          </dl>
          <Meter box={data.box} />
        </>
      )}
    </Panel>
  );
}
