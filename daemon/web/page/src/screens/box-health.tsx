import { causes, system, type Cause, type Part } from "../api/box";
import { bytes } from "../i18n";
import { count, has, t } from "../i18n/home";
import { useEffect } from "preact/hooks";
import { Light, Loading, Panel, type Tone } from "../ui/basics";
import { ProblemNote } from "../ui/form";
import { Icon } from "../ui/icon";
import { useResource } from "../ui/resource";

const EVERY_MS = 10_000;
const TONES: Record<string, Tone> = {
  running: "ok",
  starting: "accent",
  stopped: "plain",
  backing_off: "warn",
};

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

function partName(part: Part): string {
  const key = `part.${part.name}`;
  return has(key) ? t(key) : part.name;
}

function PartLight({ part }: { part: Part }) {
  const key = `part.state.${part.state}`;
  return (
    <Light tone={TONES[part.state] ?? "bad"} pulse={part.state === "starting"}>
      {has(key) ? t(key) : part.state}
    </Light>
  );
}

function Verdict({ causes }: { causes: Cause[] }) {
  const blocked = causes.some((cause) => cause.blocking);
  return (
    <div class={`verdict ${blocked ? "warn" : "ok"}`}>
      <Icon name={blocked ? "clock" : "check"} />
      <div>
        <b>{t(blocked ? "health.notReady" : "health.ready")}</b>
        <ul>
          {causes.map((cause) => (
            <li key={cause.code}>{cause.message}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** Models, bridge, queue and disk at a glance. */
export function BoxHealth() {
  const { data, problem } = useHealth();
  const { jobs, parts = [] } = data?.box ?? {};
  const parked = jobs?.parked ?? 0;
  return (
    <Panel title={t("health.title")} icon="chip" class="health">
      <ProblemNote problem={problem} />
      {!data && !problem && <Loading />}
      {data && (
        <>
          <Verdict causes={data.causes} />
          <dl class="facts">
            {parts.map((part) => (
              <div key={part.name}>
                <dt>{partName(part)}</dt>
                <dd>
                  <PartLight part={part} />
                </dd>
              </div>
            ))}
            <div>
              <dt>{t("health.queue")}</dt>
              <dd>
                {count("health.jobs", (jobs?.waiting ?? 0) + (jobs?.leased ?? 0))}
                {parked > 0 && (
                  <>
                    {" · "}
                    <a href="#/settings/box" class="warn-text">
                      {count("health.parked", parked)}
                    </a>
                  </>
                )}
              </dd>
            </div>
            <div>
              <dt>{t("health.disk")}</dt>
              <dd>{t("health.diskFree", { free: bytes(data.box.diskFreeBytes) })}</dd>
            </div>
          </dl>
        </>
      )}
    </Panel>
  );
}
