import { useState } from "preact/hooks";
import { uploadDocument } from "../api/upload";
import { bytes } from "../i18n";
import { t } from "../i18n/knowledge";
import { Button, Progress } from "../ui/basics";
import { Drop } from "../ui/drop";
import { toast } from "../ui/feedback";
import { wordsFor } from "../ui/form";
import { Icon } from "../ui/icon";

const ACCEPT = ".pdf,.docx,.xlsx,.csv,.html,.htm,.md,.markdown,.txt";
/** Files on their way at once: enough to fill the link, few enough for an old phone. */
const AT_ONCE = 2;

interface Upload {
  key: number;
  file: File;
  sent: number;
  error: string | null;
}

let nextKey = 1;

/** Take files by drop, choice or keyboard, and send each with its own progress. */
export function DropZone({ agentId, onUploaded }: { agentId: string; onUploaded: () => void }) {
  const [uploads, setUploads] = useState<Upload[]>([]);

  const change = (key: number, part: Pick<Upload, "sent"> | Pick<Upload, "error">) =>
    setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const drop = (key: number) => setUploads((all) => all.filter((one) => one.key !== key));

  const send = async ({ key, file }: Upload) => {
    try {
      const { isNew } = await uploadDocument(agentId, file, (sent) => change(key, { sent }));
      if (!isNew) toast(t("documents.already", { name: file.name }));
      drop(key);
      onUploaded();
    } catch (error) {
      change(key, { error: wordsFor(error) });
    }
  };

  const add = async (files: File[]) => {
    const fresh = files.map((file) => ({ key: nextKey++, file, sent: 0, error: null }));
    setUploads((all) => [...all, ...fresh]);
    const line = [...fresh];
    const worker = async () => {
      for (let next = line.shift(); next; next = line.shift()) await send(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };

  return (
    <Drop
      title={t("documents.drop")}
      hint={t("documents.formats")}
      action={t("documents.choose")}
      accept={ACCEPT}
      kind="primary"
      onFiles={(files) => void add(files)}
    >
      {uploads.length > 0 && (
        <ul class="rows uploads">
          {uploads.map((upload) => (
            <UploadRow
              key={upload.key}
              upload={upload}
              onRetry={() => {
                change(upload.key, { error: null });
                void send(upload);
              }}
              onDismiss={() => drop(upload.key)}
            />
          ))}
        </ul>
      )}
    </Drop>
  );
}

interface UploadRowProps {
  upload: Upload;
  onRetry: () => void;
  onDismiss: () => void;
}

function UploadRow({ upload, onRetry, onDismiss }: UploadRowProps) {
  const { file, sent, error } = upload;
  return (
    <li class="upload-row">
      <div>
        <b>{file.name}</b> <small>{bytes(file.size)}</small>
        {error ? (
          <p class="field-error" role="alert">
            <Icon name="warning" size={14} />
            {error}
          </p>
        ) : (
          <Progress value={sent} label={t("documents.uploadingOf", { name: file.name })} />
        )}
      </div>
      {error ? (
        <div class="row-actions">
          <Button kind="quiet" small icon="refresh" label={t("common.retry")} onClick={onRetry} />
          <Button kind="quiet" small icon="close" label={t("common.dismiss")} onClick={onDismiss} />
        </div>
      ) : (
        <small>{sent >= 1 ? t("documents.processing") : `${Math.round(sent * 100)} %`}</small>
      )}
    </li>
  );
}
