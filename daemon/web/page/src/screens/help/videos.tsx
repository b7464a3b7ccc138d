import { useEffect, useState } from "preact/hooks";
import { fetchFile } from "../../api/file";
import { sendForm } from "../../api/files";
import type { HelpVideo } from "../../api/help";
import { del, get, post } from "../../api/http";
import type { Page } from "../../api/types";
import { bytes } from "../../i18n";
import { t } from "../../i18n/help";
import { may } from "../../state/session";
import { Button, Empty, Loading, Panel } from "../../ui/basics";
import { toast, toastProblem } from "../../ui/feedback";
import { FileButton } from "../../ui/file-button";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { ArticleActions, Marks } from "./article";
import { HelpFilters, NOTHING, pathOf, SubjectField, tongue } from "./filters";

function Player({ film, title }: { film: NonNullable<HelpVideo["video"]>; title: string }) {
  const [source, setSource] = useState("");
  useEffect(() => () => URL.revokeObjectURL(source), [source]);
  const load = useAction(async () => setSource(await fetchFile(film.url)));
  if (source) return <video class="film" controls autoplay src={source} aria-label={title} />;
  return (
    <>
      <Button small icon="play" busy={load.busy} onClick={() => void load.run()}>
        {t("video.watch")} · {bytes(film.bytes)}
      </Button>
      <ProblemNote problem={load.problem} />
    </>
  );
}

function FilmActions({ item, onChange }: { item: HelpVideo; onChange: () => void }) {
  const path = `/support/videos/${item.id}/file`;
  const send = useAction(async (file: File) => {
    await sendForm(path, { files: file }, "PUT");
    onChange();
  });
  return (
    <>
      <div class="actions">
        <FileButton
          small
          text={t(item.video ? "video.replace" : "video.upload")}
          accept="video/mp4,video/webm"
          busy={send.busy}
          onFile={(file) => void send.run(file)}
        />
        {item.video && (
          <Button
            small
            kind="quiet"
            icon="trash"
            onClick={() => void del(path).then(onChange, toastProblem)}
          >
            {t("video.remove")}
          </Button>
        )}
        <span class="hint">{t("video.uploadHint")}</span>
      </div>
      <ProblemNote problem={send.problem} />
    </>
  );
}

function Item({ item, onChange }: { item: HelpVideo; onChange: () => void }) {
  return (
    <details class="help-item">
      <summary>
        {item.title} <Marks {...item} />
        <small>{item.summary}</small>
      </summary>
      <ol class="how-to">
        {item.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {item.video && <Player film={item.video} title={item.title} />}
      {item.link && (
        <a class="button plain small" href={item.link} target="_blank" rel="noreferrer">
          <Icon name="play" size={16} />
          {t("video.open")}
        </a>
      )}
      {may("operator") && <FilmActions item={item} onChange={onChange} />}
      <ArticleActions
        {...item}
        path={`/support/videos/${item.id}`}
        name={item.title}
        onChange={onChange}
      />
    </details>
  );
}

function NewVideo({ onMade }: { onMade: () => void }) {
  const [category, setCategory] = useState("start");
  const [title, setTitle] = useState("");
  const [summary, setSummary] = useState("");
  const [steps, setSteps] = useState("");
  const [link, setLink] = useState("");
  const make = useAction(async () => {
    await post("/support/videos", {
      category,
      language: tongue(),
      title,
      summary,
      steps: steps
        .split("\n")
        .map((step) => step.trim())
        .filter(Boolean),
      link: link || null,
    });
    toast(t("common.saved"));
    setTitle("");
    setSummary("");
    setSteps("");
    setLink("");
    onMade();
  });
  const { problem } = make;
  return (
    <Panel title={t("video.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <SubjectField value={category} onChange={setCategory} />
        <TextField
          label={t("video.title")}
          name="title"
          value={title}
          onInput={setTitle}
          autocomplete="off"
          problem={problem}
          required
        />
        <TextField
          label={t("video.summary")}
          name="summary"
          value={summary}
          onInput={setSummary}
          autocomplete="off"
          problem={problem}
          required
        />
        <TextField
          label={t("video.steps")}
          name="steps"
          rows={5}
          value={steps}
          onInput={setSteps}
          hint={t("video.stepsHint")}
          problem={problem}
          required={false}
        />
        <TextField
          label={t("video.link")}
          name="link"
          value={link}
          onInput={setLink}
          placeholder="https://"
          autocomplete="off"
          problem={problem}
          required={false}
        />
        <ProblemNote problem={problem} except={["title", "summary", "steps", "link"]} />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("faq.add")}
        </Button>
      </form>
    </Panel>
  );
}

/** How-tos: steps to read, and a video where there is one. */
export function HelpVideos() {
  const [wish, setWish] = useState(NOTHING);
  const path = pathOf("videos", wish);
  const list = useResource(path, () => get<Page<HelpVideo>>(path));
  const items = list.data?.items;
  return (
    <div class="split">
      <Panel title={t("help.videos")} icon="play">
        <HelpFilters wish={wish} onChange={setWish} writes={may("operator")} />
        <ProblemNote problem={list.problem} />
        {!items && !list.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="play" title={t("help.none")} text={t("help.noneText")} />
        )}
        {items?.map((item) => (
          <Item key={item.id} item={item} onChange={list.reload} />
        ))}
        <More list={list} path={path} />
      </Panel>
      {may("operator") && <NewVideo onMade={list.reload} />}
    </div>
  );
}
