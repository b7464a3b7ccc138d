/** Uploads as their person sees them: how far each is, and what can be done about it. */
import { bytes } from "../../i18n";
import { Button, Progress } from "../../ui/basics";
import { confirm, toastProblem } from "../../ui/feedback";
import { FileButton } from "../../ui/file-button";
import { Problem } from "../../api/problem";
import { t } from "../i18n/uploads";
import { forget, goOn, hold, send, uploads, type Sent, type Upload } from "./uploads";

interface Props {
  onSent: (sent: Sent) => void;
}

/** Start an upload, and say at once what cannot be sent. */
export function sendOrSay(file: File, onSent: (sent: Sent) => void): void {
  try {
    send(file, onSent);
  } catch (problem) {
    toastProblem(problem);
  }
}

function Choices({ one, onSent }: Props & { one: Upload }) {
  const { id, name, state } = one;
  const drop = async () => {
    const sure = await confirm(
      t("uploads.forgetTitle", { name }),
      t("uploads.forgetText"),
      t("uploads.forgetAction"),
    );
    if (sure) forget(id);
  };
  const again = (file: File) => {
    if (file.name !== name || file.size !== one.size)
      toastProblem(new Problem(400, "another", t("uploads.another", { name })));
    else sendOrSay(file, onSent);
  };
  return (
    <div class="actions">
      {state === "lost" && (
        <FileButton small bare text={t("uploads.choose", { name })} accept="" onFile={again} />
      )}
      {["hashing", "sending", "waiting"].includes(state) && (
        <Button small icon="pause" label={t("uploads.hold", { name })} onClick={() => hold(id)} />
      )}
      {state === "held" && (
        <Button small icon="play" label={t("uploads.goOn", { name })} onClick={() => goOn(id)} />
      )}
      {state === "failed" && (
        <Button
          small
          icon="refresh"
          label={t("uploads.again", { name })}
          onClick={() => goOn(id)}
        />
      )}
      <Button
        small
        kind="quiet"
        icon="close"
        label={t("uploads.forget", { name })}
        onClick={() => void drop()}
      />
    </div>
  );
}

export function UploadRows({ onSent }: Props) {
  if (uploads.value.length === 0) return null;
  return (
    <ul class="rows uploads" aria-label={t("uploads.title")}>
      {uploads.value.map((one) => (
        <li key={one.id} class="upload-row">
          <div>
            <b>{one.name}</b>
            <small class={one.state === "failed" ? "warn-text" : undefined}>
              {t(`uploads.state.${one.state}`)}
              {one.error
                ? `: ${one.error}`
                : ` · ${t("uploads.of", { done: bytes(one.done), size: bytes(one.size) })}`}
            </small>
            <Progress value={one.done / one.size} label={one.name} />
          </div>
          <Choices one={one} onSent={onSent} />
        </li>
      ))}
    </ul>
  );
}
