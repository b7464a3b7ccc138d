import { get, query } from "../../api/http";
import type { Erasure, Export, Held } from "../../api/privacy";
import { number } from "../../i18n";
import { t } from "../../i18n/privacy";
import { phone as shown } from "../../phone";
import { Empty, Loading, PageHead, Panel } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { Stat } from "../../ui/stat";
import { ErasePanel, ErasureCard } from "./erasures";
import { ExportPanel, ExportRows } from "./exports";
import { useMoving } from "./polling";

const LIMIT = 50;
const FIGURES = ["conversations", "messages", "answers", "files"] as const;

/** What was handed over and what was erased, newest first. */
export function PrivacyList() {
  const exports = useMoving<Export>(`/privacy/exports${query({ limit: LIMIT })}`);
  const erasures = useMoving<Erasure>(`/privacy/erasures${query({ limit: LIMIT })}`);
  const erased = erasures.data?.items;
  return (
    <div class="stack">
      <p class="lead">{t("privacy.lead")}</p>
      <Panel title={t("privacy.exports")} icon="download">
        <ExportRows list={exports} />
      </Panel>
      <ProblemNote problem={erasures.problem} />
      {!erased && !erasures.problem && <Loading />}
      {erased?.length === 0 && (
        <Panel title={t("privacy.erasures")} icon="shield">
          <Empty
            icon="shield"
            title={t("privacy.erasuresNone")}
            text={t("privacy.erasuresNoneText")}
          />
        </Panel>
      )}
      {erased?.map((one, place) => (
        <ErasureCard key={one.id} erasure={one} open={place === 0} />
      ))}
    </div>
  );
}

/** One person's rights: what there is, a copy, the way out. */
export function PersonPrivacy({ id }: { id: string }) {
  const path = `/privacy/contacts/${encodeURIComponent(id)}`;
  const held = useResource(path, () => get<Held>(path));
  const of = query({ contactId: id, limit: LIMIT });
  const exports = useMoving<Export>(`/privacy/exports${of}`);
  const erasures = useMoving<Erasure>(`/privacy/erasures${of}`);
  const known = held.data;
  const erased = erasures.data?.items ?? [];
  const name = known?.name ?? (known?.phone ? shown(known.phone) : "");
  return (
    <>
      <PageHead
        title={name && erased.length === 0 ? t("privacy.of", { name }) : t("privacy.title")}
        lead={t("privacy.lead")}
        back="#/contacts/people"
      />
      {erased.map((one) => (
        <ErasureCard key={one.id} erasure={one} open />
      ))}
      {erased.length === 0 && <ProblemNote problem={held.problem} />}
      {erased.length === 0 && known && (
        <div class="stack">
          <Panel title={t("privacy.held")} icon="contacts">
            <dl class="stats">
              {FIGURES.map((figure) => (
                <Stat key={figure} label={t(`privacy.${figure}`)} value={number(known[figure])} />
              ))}
            </dl>
          </Panel>
          <div class="split">
            <ExportPanel id={id} list={exports} />
            <ErasePanel held={known} onAsked={erasures.reload} />
          </div>
        </div>
      )}
    </>
  );
}
