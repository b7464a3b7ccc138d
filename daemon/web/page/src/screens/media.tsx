import { useEffect, useState } from "preact/hooks";
import { fetchFile, saveFile } from "../api/file";
import type { Message } from "../api/types";
import { bytes } from "../i18n";
import { t } from "../i18n/inbox";
import { Button } from "../ui/basics";
import { toastProblem } from "../ui/feedback";
import { Icon } from "../ui/icon";
import { iconOf, wordsOf } from "./chat-row";

type Attachment = NonNullable<Message["media"]>;

interface Props {
  media: Attachment;
  name: string;
}

function Picture({ media, name }: Props) {
  const [source, setSource] = useState("");
  useEffect(() => {
    let made = "";
    let gone = false;
    fetchFile(media.url).then(
      (url) => {
        made = url;
        if (gone) URL.revokeObjectURL(url);
        else setSource(url);
      },
      () => undefined,
    );
    return () => {
      gone = true;
      URL.revokeObjectURL(made);
    };
  }, [media.url]);
  if (!source) {
    return (
      <span class="media waiting">
        <Icon name="image" size={28} />
        <span class="sr">{name}</span>
      </span>
    );
  }
  return <img class="media" src={source} alt={name} />;
}

function Recording({ media, name }: Props) {
  const [source, setSource] = useState("");
  const load = () => void fetchFile(media.url).then(setSource, toastProblem);
  useEffect(() => () => URL.revokeObjectURL(source), [source]);
  const audio = media.mime.startsWith("audio/");
  if (!source) {
    return (
      <Button small icon={audio ? "mic" : "video"} onClick={load}>
        {t(audio ? "media.listen" : "media.watch")} · {bytes(media.bytes)}
      </Button>
    );
  }
  if (audio) return <audio controls autoplay src={source} aria-label={name} />;
  return <video class="media" controls autoplay src={source} aria-label={name} />;
}

function Download({ media, name, kind }: Props & { kind: string }) {
  return (
    <button
      type="button"
      class="attachment"
      onClick={() => void saveFile(media.url, name).catch(toastProblem)}
    >
      <Icon name={iconOf(kind)} />
      <span>
        {name}
        <small>{bytes(media.bytes)}</small>
      </span>
    </button>
  );
}

/** The picture, recording or file of a message. */
export function Media({ message }: { message: Message }) {
  const { media, kind } = message;
  if (!media) return null;
  const name = media.name ?? wordsOf({ kind, text: null });
  if (media.mime.startsWith("image/")) return <Picture media={media} name={name} />;
  if (/^(audio|video)\//.test(media.mime)) return <Recording media={media} name={name} />;
  return <Download media={media} name={name} kind={kind} />;
}
