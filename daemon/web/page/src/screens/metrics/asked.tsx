/** Asking for figures: what a filter means as an address, and what an answer says of itself. */
import type { ComponentChildren } from "preact";
import { get, query } from "../../api/http";
import type { Said } from "../../api/metrics";
import { language } from "../../i18n";
import { t } from "../../i18n/metrics";
import type { Granularity } from "../../period";
import { Loading } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { useResource, type Resource } from "../../ui/resource";

export interface Asked {
  start: string;
  end: string;
  agentId: string;
  granularity: Granularity;
}

/** The figures at `/metricas/{what}`; series also want to know by what they are cut. */
export function useFigures<T>(what: string, asked: Asked, series = false): Resource<T> {
  const { granularity, ...rest } = asked;
  const path = `/metricas/${what}${query(series ? { ...rest, granularity } : rest)}`;
  // The definitions come in the language of the page.
  return useResource(`${path} ${language.value}`, () => get<T>(path));
}

interface Props<T> {
  found: Resource<T>;
  children: (data: T) => ComponentChildren;
}

/** The figures once they are there, and under them how they are counted. */
export function Figures<T extends Said>({ found, children }: Props<T>) {
  const { data, problem } = found;
  return (
    <div class="stack">
      <ProblemNote problem={problem} />
      {!data && !problem && <Loading />}
      {data && children(data)}
      {data && (
        <details class="more">
          <summary>{t("metrics.how")}</summary>
          <dl class="definitions">
            {Object.entries(data.definitions).map(([name, text]) => (
              <div key={name}>
                <dt>{name.replaceAll("_", " ")}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
          <p class="quiet-note">
            {t("metrics.version", { version: data.definition_version, zone: data.timeZone })}
          </p>
        </details>
      )}
    </div>
  );
}
