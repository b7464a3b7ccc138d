import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { get, post } from "../../../api/http";
import { Problem } from "../../../api/problem";
import { go } from "../../../router";
import { Button, Loading, PageHead, Panel } from "../../../ui/basics";
import { confirm, toast } from "../../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../../ui/form";
import { useResource, type Resource } from "../../../ui/resource";
import { Tabs } from "../../../ui/tabs";
import {
  DOCUMENTS,
  type Contents,
  type Published,
  type Rollout,
  type Whole,
} from "../../api/types";
import { t } from "../../i18n/publishing";
import { AudienceFields, everybody, type Going } from "./audience";
import {
  check,
  followed,
  parsed,
  rolloutOf,
  type Body,
  type FormProps,
  type Kind,
} from "./contents";
import { Difference } from "./difference";
import { BrandForm } from "./forms/brand";
import { BrandPreview } from "./forms/brand-preview";
import { ChannelForm } from "./forms/channel";
import { LicenceForm } from "./forms/licence";
import { ModelsForm } from "./forms/models";
import { SettingsForm } from "./forms/settings";

const FORMS = {
  entitlements: LicenceForm,
  models: ModelsForm,
  brand: BrandForm,
  config: SettingsForm,
  channel: ChannelForm,
} as const;
const ICONS = {
  entitlements: "plan",
  models: "chip",
  brand: "image",
  config: "settings",
  channel: "layers",
} as const;
/** What a content is before anybody wrote of it and nothing is in force. */
const BLANK: Record<Kind, Body> = {
  entitlements: {},
  models: { models: [] },
  brand: {},
  config: {},
  channel: { channel: "stable" },
};
/** What was written of each kind in this visit; looking at another kind loses nothing. */
const drafts = signal<Partial<Record<Kind, Body>>>({});

interface ContentProps extends FormProps {
  kind: Kind;
  badJson: Problem | null;
  onJson: (problem: Problem | null) => void;
}

/** The content by its form, or as it goes over the wire. */
function Content({ kind, badJson, onJson, ...form }: ContentProps) {
  const [raw, setRaw] = useState<string | null>(null);
  const Form = FORMS[kind];
  const write = (written: string) => {
    setRaw(written);
    try {
      form.onChange(parsed(written));
      onJson(null);
    } catch (problem) {
      onJson(problem as Problem);
    }
  };
  return (
    <Panel
      title={t(`kind.${kind}`)}
      icon={ICONS[kind]}
      class="form-panel"
      actions={
        <Button
          small
          kind="quiet"
          icon={raw === null ? "document" : "back"}
          onClick={() => {
            setRaw(raw === null ? JSON.stringify(form.body, null, 2) : null);
            onJson(null);
          }}
        >
          {t(raw === null ? "publish.advanced" : "publish.byForm")}
        </Button>
      }
    >
      <p class="lead">{t(`kindHint.${kind}`)}</p>
      {raw === null ? (
        <Form {...form} />
      ) : (
        <TextField
          label={t("documents.body")}
          name="body"
          value={raw}
          onInput={write}
          rows={16}
          hint={t("publish.advancedHint")}
          problem={badJson}
          required
        />
      )}
    </Panel>
  );
}

/** What is wrong, each with its place: also what no field of the form shows. */
function Wrong({ problem }: { problem: Problem | null }) {
  if (problem?.code !== "bad_content") return null;
  return (
    <div class="notice bad" role="alert">
      <div>
        <p>{problem.message}</p>
        <ul>
          {Object.entries(problem.fields).map(([field, words]) => (
            <li key={field}>
              <code>{field}</code>: {words}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** The publication that an audience follows now, and what it says. */
function useNow(kind: Kind, going: Going): Rollout | null | undefined {
  const list = useResource("documents", () => get<Whole<Published>>("/api/documents"));
  const found = list.data && going.whom ? followed(list.data.items, kind, going.whom) : undefined;
  const one: Resource<Rollout | null> = useResource(`followed ${found?.id ?? ""}`, () =>
    found ? rolloutOf(found.id) : Promise.resolve(null),
  );
  if (!list.data && !list.problem) return null;
  return found ? one.data : undefined;
}

function Editor({ kind, told }: { kind: Kind; told: Contents }) {
  const [going, setGoing] = useState<Going>(() => ({
    scope: "all",
    id: "",
    whom: everybody(),
    percent: "1",
    days: "45",
  }));
  const [badJson, setBadJson] = useState<Problem | null>(null);
  const now = useNow(kind, going);
  const written = drafts.value[kind];
  const body = written ?? now?.body ?? BLANK[kind];
  const change: FormProps["onChange"] = (next) => {
    const old = drafts.value[kind] ?? body;
    const made = typeof next === "function" ? next(old) : next;
    drafts.value = { ...drafts.value, [kind]: made };
  };
  const { scope, id } = going;
  const publish = useAction(async () => {
    if (badJson) throw badJson;
    if (Object.keys(body).length === 0) throw new Problem(400, "empty", t("publish.empty"));
    await check(kind, body);
    const facts = {
      kind: t(`kind.${kind}`),
      scope: scope === "all" ? t("scope.all") : `${t(`scope.${scope}`)} (${id})`,
      percent: going.percent,
    };
    const sure = await confirm(
      t("documents.sure", facts),
      t("documents.sureText"),
      t("documents.publish"),
    );
    if (!sure) return;
    const made = await post<{ id: string }>("/api/documents", {
      kind,
      body,
      percent: Number(going.percent),
      expiresDays: Number(going.days),
      ...(scope === "all" ? {} : { [`${scope}Id`]: id }),
    });
    drafts.value = { ...drafts.value, [kind]: undefined };
    toast(t("documents.done"));
    go(`/documents/${made.id}`);
  });
  const { problem } = publish;
  return (
    <form
      class="publish"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (event.currentTarget.reportValidity()) void publish.run();
      }}
    >
      <Content
        key={kind}
        kind={kind}
        body={body}
        onChange={change}
        problem={problem}
        told={told}
        badJson={badJson}
        onJson={setBadJson}
      />
      <div class="stack">
        {kind === "brand" && (
          <Panel title={t("publish.preview")} icon="image">
            <BrandPreview body={body} />
          </Panel>
        )}
        <Panel title={t("publish.whom")} icon="target" class="form-panel">
          <AudienceFields going={going} onChange={setGoing} problem={problem} told={told} />
        </Panel>
        <Panel title={t("diff.title")} icon="layers">
          <Difference now={now} body={body} />
          {written && now && (
            <div class="actions foot">
              <Button
                small
                icon="repeat"
                onClick={() => (drafts.value = { ...drafts.value, [kind]: undefined })}
              >
                {t("publish.startOver")}
              </Button>
            </div>
          )}
        </Panel>
        <Wrong problem={problem} />
        {problem?.code !== "bad_content" && (
          <ProblemNote
            problem={problem}
            except={["body", `${scope}Id`, "percent", "expiresDays"]}
          />
        )}
        <div class="actions">
          <Button type="submit" kind="primary" icon="send" busy={publish.busy}>
            {t("documents.publish")}
          </Button>
        </div>
      </div>
    </form>
  );
}

/** A new publication, of the kind that the address names. */
export function NewPublication({ kind: named = "brand" }: { kind?: string | undefined }) {
  const kind = DOCUMENTS.find((one) => one === named) ?? "brand";
  const told = useResource("contents", () => get<Contents>("/api/contents"));
  return (
    <>
      <PageHead title={t("documents.new")} lead={t("publish.lead")} back="#/documents" />
      <Tabs
        label={t("documents.kind")}
        items={DOCUMENTS.map((one) => ({
          href: `#/documents/new/${one}`,
          icon: ICONS[one],
          text: t(`kind.${one}`),
          current: one === kind,
        }))}
      />
      <ProblemNote problem={told.problem} />
      {!told.data && !told.problem && <Loading />}
      {told.data && <Editor key={kind} kind={kind} told={told.data} />}
    </>
  );
}
