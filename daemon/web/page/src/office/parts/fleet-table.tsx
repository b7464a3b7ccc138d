/** The fleet as a table; on a phone each row is a card. */
import { query as asQuery } from "../../api/http";
import { ago, dateTime, number, seconds } from "../../i18n";
import { Light } from "../../ui/basics";
import { Icon } from "../../ui/icon";
import type { FleetBox } from "../api/types";
import { count, t } from "../i18n";
import {
  boxName,
  HealthMark,
  LICENCE_TONES,
  said,
  shortId,
  whatsappText,
  whatsappTone,
} from "./health";

const COLUMNS = [
  ["box", "label"],
  ["health"],
  ["whatsapp"],
  ["version", "version"],
  ["seen", "seenAt"],
  ["queue"],
  ["disk"],
  ["licence"],
] as const;
const LOW_DISK = 10;
const OLD_QUEUE_S = 600;

interface Props {
  boxes: FleetBox[];
  sort: string;
  asked: Record<string, string | undefined>;
}

function Head({ sort, asked }: Omit<Props, "boxes">) {
  return (
    <thead>
      <tr>
        {COLUMNS.map(([name, by]) => {
          const text = t(name === "version" ? "column.versionModel" : `column.${name}`);
          if (!by) return <th scope="col">{text}</th>;
          const down = sort === `-${by}`;
          const here = down || sort === by;
          const next = here && !down ? `-${by}` : by;
          return (
            <th scope="col" aria-sort={here ? (down ? "descending" : "ascending") : "none"}>
              <a class="sort" href={`#/${asQuery({ ...asked, sort: next })}`}>
                {text}
                {here && <Icon name={down ? "down" : "up"} size={13} />}
              </a>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function Row({ box }: { box: FleetBox }) {
  const disk = box.diskFreePercent;
  const queue = box.queueAgeS;
  return (
    <tr>
      <th scope="row" data-label={t("column.box")}>
        <a href={`#/boxes/${box.id}`}>{boxName(box)}</a>
        <small>
          {box.label
            ? `${box.tenant || box.tenantId} · ${shortId(box.id)}`
            : box.tenant || box.tenantId}
        </small>
      </th>
      <td data-label={t("column.health")}>
        <HealthMark state={box.health} />
        {box.alerts > 0 && (
          <small>
            <a href={`#/alerts?deviceId=${box.id}`}>{count("alerts.live", box.alerts)}</a>
          </small>
        )}
      </td>
      <td data-label={t("column.whatsapp")}>
        <Light tone={whatsappTone(box.whatsapp)}>{whatsappText(box.whatsapp)}</Light>
      </td>
      <td data-label={t("column.versionModel")}>
        <span class="mono">{said(box.version)}</span>
        {box.model && (
          <small class="clip" title={`${t("column.model")}: ${box.model}`}>
            {box.model}
          </small>
        )}
        {box.wantedVersion && box.wantedVersion !== box.version && (
          <small>{t("fleet.wanted", { version: box.wantedVersion })}</small>
        )}
      </td>
      <td data-label={t("column.seen")}>
        {box.seenAt ? <time title={dateTime(box.seenAt)}>{ago(box.seenAt)}</time> : t("never")}
      </td>
      <td
        data-label={t("column.queue")}
        class={queue && queue > OLD_QUEUE_S ? "number over" : "number"}
      >
        {queue === null ? t("unknown") : seconds(queue)}
      </td>
      <td
        data-label={t("column.disk")}
        class={disk !== null && disk < LOW_DISK ? "number over" : "number"}
      >
        {disk === null ? t("unknown") : `${number(disk)} %`}
      </td>
      <td data-label={t("column.licence")}>
        <Light tone={LICENCE_TONES[box.licence] ?? "plain"}>{t(`licence.${box.licence}`)}</Light>
      </td>
    </tr>
  );
}

export function FleetTable({ boxes, sort, asked }: Props) {
  return (
    <div class="table fleet" role="region" tabIndex={0} aria-label={t("fleet.title")}>
      <table>
        <Head sort={sort} asked={asked} />
        <tbody>
          {boxes.map((box) => (
            <Row key={box.id} box={box} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
