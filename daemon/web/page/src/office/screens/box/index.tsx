import { get } from "../../../api/http";
import { Loading, PageHead } from "../../../ui/basics";
import { ProblemNote } from "../../../ui/form";
import type { IconName } from "../../../ui/icon";
import { useResource, type Resource } from "../../../ui/resource";
import { Tabs } from "../../../ui/tabs";
import type { Overview } from "../../api/types";
import { t } from "../../i18n/box";
import { boxName, HealthMark, shortId } from "../../parts/health";
import { Evidence } from "./evidence";
import { Now } from "./now";
import { Timeline } from "./timeline";
import { Usage } from "./usage";

const TABS = [
  ["now", "gauge"],
  ["timeline", "clock"],
  ["usage", "chart"],
  ["evidence", "receipt"],
] as const satisfies [string, IconName][];

function Tab({ name, id, found }: { name: string; id: string; found: Resource<Overview> }) {
  if (name === "timeline") return <Timeline id={id} />;
  if (name === "usage") return <Usage id={id} />;
  if (name === "evidence") return found.data && <Evidence box={found.data.box} />;
  return found.data && <Now overview={found.data} reload={found.reload} />;
}

/** One box: how it is, what happened to it, what it used, and what can be proved. */
export function BoxPage({ id, tab = "now" }: { id: string; tab?: string | undefined }) {
  const found = useResource(id, () => get<Overview>(`/api/devices/${id}/overview`));
  const box = found.data?.box;
  return (
    <>
      <PageHead
        title={box ? boxName(box) : shortId(id)}
        lead={box ? `${box.tenant || box.tenantId} · ${box.resellerId}` : ""}
        back="#/"
      >
        {box && <HealthMark state={box.health} />}
      </PageHead>
      <ProblemNote problem={found.problem} />
      {!box && !found.problem && <Loading />}
      {box && (
        <>
          <Tabs
            label={t("box.parts")}
            items={TABS.map(([name, icon]) => ({
              href: `#/boxes/${id}/${name}`,
              icon,
              text: t(`box.${name}`),
              current: name === tab,
            }))}
          />
          <Tab name={tab} id={id} found={found} />
        </>
      )}
    </>
  );
}
