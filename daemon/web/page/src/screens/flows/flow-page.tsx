import { useEffect, useState } from "preact/hooks";
import { saveAnswer } from "../../api/files";
import type { Draft, Finding, FlowDetail } from "../../api/flows";
import { del, get, patch, post } from "../../api/http";
import { count, t } from "../../i18n/flows";
import { go } from "../../router";
import { useAgentNames } from "../../state/names";
import { may } from "../../state/session";
import { Button, Loading, PageHead, Panel } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote, Switch, TextField, useAction } from "../../ui/form";
import { Icon, type IconName } from "../../ui/icon";
import { useResource, type Resource } from "../../ui/resource";
import { Tabs } from "../../ui/tabs";
import { FlowFigures } from "./figures";
import { FlowState } from "./list";
import { FlowPicture, nameOf } from "./picture";
import { Rules } from "./rules";
import { Runs } from "./runs";
import { Secrets } from "./secrets";
import { Simulator } from "./simulator";
import { Steps } from "./steps";
import { Triggers } from "./triggers";
import { Versions } from "./versions";

const TABS = [
  ["steps", "flow"],
  ["try", "play"],
  ["runs", "users"],
  ["figures", "chart"],
  ["versions", "repeat"],
] as const satisfies [string, IconName][];

interface PartProps {
  flow: FlowDetail;
  onChange: (flow: FlowDetail) => void;
}

/** A draft may hold anything; what the editor needs is there after this. */
const readable = (draft: Draft): Draft => ({
  ...draft,
  nodes: Array.isArray(draft.nodes) ? draft.nodes : [],
  edges: Array.isArray(draft.edges) ? draft.edges : [],
});

/** What a step is called in the list. */
const stepName = (draft: Draft, id: string) => {
  const step = draft.nodes.find((one) => one.id === id);
  return step ? nameOf(step).slice(0, 40) : id;
};

interface PublishingProps extends PartProps {
  findings: Finding[] | null;
  onOpen: (id: string) => void;
}

function Publishing({ flow, findings, onChange, onOpen }: PublishingProps) {
  const [note, setNote] = useState("");
  const publish = useAction(async () => {
    const made = await post<FlowDetail>(`/flows/${flow.id}/publish`, { note });
    setNote("");
    toast(t("flow.publishedNow", { version: made.version ?? 0 }));
    onChange(made);
  });
  const withdraw = async () => {
    const title = t("flow.unpublishTitle", { name: flow.name });
    if (!(await confirm(title, t("flow.unpublishText"), t("flow.unpublish")))) return;
    await post<FlowDetail>(`/flows/${flow.id}/unpublish`).then(onChange, toastProblem);
  };
  const turn = (active: boolean) =>
    patch<FlowDetail>(`/flows/${flow.id}`, { active }).then(onChange, toastProblem);
  return (
    <Panel title={t("flow.publish")} icon="upload" class="form-panel">
      {findings === null && <p class="hint">{t("flow.saveFirst")}</p>}
      {findings?.length === 0 && (
        <p class="notice ok">
          <Icon name="check" />
          {t("flow.ready")}
        </p>
      )}
      {findings && findings.length > 0 && (
        <div class="notice warn" role="status">
          <Icon name="warning" />
          <div>
            <p>
              <b>{count("flow.problems", findings.length)}</b>
            </p>
            <ul>
              {findings.map((one, index) => (
                <li key={index}>
                  {one.node && (
                    <button
                      type="button"
                      class="link"
                      title={t("flow.goTo")}
                      onClick={() => onOpen(one.node ?? "")}
                    >
                      {stepName(flow.draft, one.node)}
                    </button>
                  )}{" "}
                  {one.detail}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void publish.run();
        }}
      >
        <TextField
          label={t("flow.note")}
          name="note"
          value={note}
          onInput={setNote}
          required={false}
          autocomplete="off"
          problem={publish.problem}
        />
        {findings?.length === 0 && <ProblemNote problem={publish.problem} except={["note"]} />}
        <div class="actions">
          <Button
            type="submit"
            kind="primary"
            icon="upload"
            busy={publish.busy}
            disabled={findings?.length !== 0}
          >
            {t("flow.publish")}
          </Button>
          {flow.version !== null && (
            <Button onClick={() => void withdraw()}>{t("flow.unpublish")}</Button>
          )}
        </div>
      </form>
      {flow.version !== null && (
        <Switch
          label={t("flow.active")}
          checked={flow.active}
          onChange={(active) => void turn(active)}
        />
      )}
    </Panel>
  );
}

/** Drafts that were not saved yet, by flow: looking at another tab must not lose them. */
const unsaved = new Map<string, Draft>();

function Editor({ flow, onChange }: PartProps) {
  const [draft, setWritten] = useState(() => unsaved.get(flow.id) ?? readable(flow.draft));
  const [open, setOpen] = useState<string | null>(null);
  const saved = JSON.stringify(readable(flow.draft));
  const dirty = JSON.stringify(draft) !== saved;
  const setDraft = (next: Draft) => {
    if (JSON.stringify(next) === saved) unsaved.delete(flow.id);
    else unsaved.set(flow.id, next);
    setWritten(next);
  };
  // Saving and going back to a version bring another draft; what is being written stays otherwise.
  const [known, setKnown] = useState(saved);
  if (known !== saved) {
    setKnown(saved);
    unsaved.delete(flow.id);
    setWritten(JSON.parse(saved) as Draft);
  }
  const check = useResource(`${flow.id}:${saved}`, () =>
    get<{ problems: Finding[] }>(`/flows/${flow.id}/check`),
  );
  const [wide, setWide] = useState(false);
  const save = useAction(async () => {
    onChange(await patch<FlowDetail>(`/flows/${flow.id}`, { draft }));
    toast(t("common.saved"));
  });
  useEffect(() => {
    if (!dirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [dirty]);
  const findings = check.data?.problems ?? null;
  const wrong = new Set(findings?.map(({ node }) => node ?? "").filter(Boolean));
  const picture = draft.nodes.length > 0 && (
    <Panel
      class={wide ? "" : "beside"}
      title={t("flow.picture")}
      icon="flow"
      actions={
        <Button small onClick={() => setWide(!wide)}>
          {t(wide ? "picture.narrow" : "picture.wide")}
        </Button>
      }
    >
      <FlowPicture draft={draft} open={open} wrong={wrong} onOpen={setOpen} />
    </Panel>
  );
  return (
    <div class={wide ? "stack" : "split"}>
      {wide && picture}
      <div class="stack">
        <Panel title={t("tab.steps")} icon="flow">
          <Steps
            draft={draft}
            findings={findings ?? []}
            open={open}
            onOpen={setOpen}
            onChange={setDraft}
          />
        </Panel>
        <Panel title={t("flow.general")} icon="settings" class="form-panel">
          <Triggers draft={draft} onChange={setDraft} />
          <Rules draft={draft} findings={findings ?? []} onChange={setDraft} />
        </Panel>
        <ProblemNote problem={save.problem} />
        {may("operator") && (
          <div class="actions sticky">
            <Button
              kind="primary"
              busy={save.busy}
              disabled={!dirty}
              onClick={() => void save.run()}
            >
              {t("flow.save")}
            </Button>
            {dirty && <span class="hint">{t("flow.unsaved")}</span>}
          </div>
        )}
      </div>
      <div class="stack side">
        {may("operator") && (
          <Publishing
            flow={flow}
            findings={dirty ? null : findings}
            onChange={onChange}
            onOpen={setOpen}
          />
        )}
        <Secrets id={flow.id} draft={draft} saved={saved} onChange={check.reload} />
        {!wide && picture}
      </div>
    </div>
  );
}

function Tab({ name, flow }: { name: string; flow: Resource<FlowDetail> & { data: FlowDetail } }) {
  const { data } = flow;
  const changed = (next: FlowDetail) => flow.set(() => next);
  switch (name) {
    case "try":
      return (
        <>
          {unsaved.has(data.id) && <p class="notice warn">{t("try.unsaved")}</p>}
          <Simulator key={data.updatedAt} flow={data} />
        </>
      );
    case "runs":
      return <Runs flow={data} />;
    case "figures":
      return <FlowFigures id={data.id} />;
    case "versions":
      return <Versions flow={data} onChange={changed} />;
    default:
      return <Editor flow={data} onChange={changed} />;
  }
}

function Actions({ flow }: { flow: FlowDetail }) {
  const name = `${flow.name.replace(/[^\p{L}\p{N}]+/gu, "-")}.json`;
  const copy = () =>
    post<FlowDetail>(`/flows/${flow.id}/copy`, {}).then((made) => {
      toast(t("flow.copied"));
      go(`/flows/${made.id}`);
    }, toastProblem);
  const remove = async () => {
    const title = t("flow.deleteTitle", { name: flow.name });
    if (!(await confirm(title, t("flow.deleteText"), t("common.delete")))) return;
    await del(`/flows/${flow.id}`).then(() => go("/flows"), toastProblem);
  };
  return (
    <>
      <FlowState flow={flow} />
      <Button
        small
        icon="download"
        onClick={() => void saveAnswer(`/flows/${flow.id}/export`, name).catch(toastProblem)}
      >
        {t("flow.export")}
      </Button>
      {may("operator") && (
        <>
          <Button small icon="copy" onClick={() => void copy()}>
            {t("flow.copy")}
          </Button>
          <Button
            small
            kind="quiet"
            icon="trash"
            label={t("flow.delete")}
            onClick={() => void remove()}
          />
        </>
      )}
    </>
  );
}

/** One flow: drawn, tried, published, watched. */
export function FlowPage({ id, tab }: { id: string; tab: string }) {
  const flow = useResource(id, () => get<FlowDetail>(`/flows/${id}`));
  const agentOf = useAgentNames();
  const { data } = flow;
  if (!data) {
    return flow.problem ? (
      <>
        <PageHead title={t("lost.title")} back="#/flows" />
        <ProblemNote problem={flow.problem} />
      </>
    ) : (
      <Loading />
    );
  }
  return (
    <>
      <PageHead title={data.name} lead={data.description || agentOf(data.agentId)} back="#/flows">
        <Actions flow={data} />
      </PageHead>
      <Tabs
        label={t("flows.title")}
        items={TABS.map(([name, icon]) => ({
          href: `#/flows/${id}/${name}`,
          icon,
          text: t(`tab.${name}`),
          current: name === tab,
        }))}
      />
      <Tab name={tab} flow={{ ...flow, data }} />
    </>
  );
}
