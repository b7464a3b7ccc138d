import { get } from "../../../../api/http";
import { bytes } from "../../../../i18n";
import { Button } from "../../../../ui/basics";
import { FileButton } from "../../../../ui/file-button";
import { SelectField, Switch, TextField } from "../../../../ui/form";
import { Icon } from "../../../../ui/icon";
import { useResource } from "../../../../ui/resource";
import type { Blob as Kept, Whole } from "../../../api/types";
import { t } from "../../../i18n/publishing";
import { sendOrSay, UploadRows } from "../../../parts/upload-rows";
import { asNumber, text, wrongAt, type Body, type FormProps } from "../contents";

const MIB = 1024 ** 2;
const BLANK: Body = {
  id: "",
  name: "",
  sha256: "",
  size_mb: "",
  languages: ["pt"],
  install: false,
};

/** What a file says of the model that it is. */
const ofFile = (row: Body, file: Pick<Kept, "sha256" | "bytes" | "name">): Body => {
  const stem = file.name.replace(/\.[a-z0-9]{1,5}$/i, "");
  return {
    ...row,
    sha256: file.sha256,
    size_mb: Math.max(1, Math.ceil(file.bytes / MIB)),
    name: text(row.name) || stem,
    id:
      text(row.id) ||
      stem
        .toLowerCase()
        .replace(/[^a-z0-9.]+/g, "-")
        .replace(/^[-.]+/, ""),
  };
};

interface RowProps {
  row: Body;
  place: string;
  kept: Kept[];
  onChange: (change: (row: Body) => Body) => void;
  onDrop: () => void;
  onSent: () => void;
  problem: FormProps["problem"];
}

function Row({ row, place, kept, onChange, onDrop, onSent, problem }: RowProps) {
  const set = (name: string, value: unknown) => onChange((old) => ({ ...old, [name]: value }));
  const sha256 = text(row.sha256);
  const file = kept.find((one) => one.sha256 === sha256);
  const field = (name: "id" | "name" | "sha256" | "size_mb" | "license") => ({
    label: t(`field.model.${name}`),
    name: `${place}.${name}`,
    value: text(row[name]),
    onInput: (value: string) => set(name, name === "size_mb" ? asNumber(value) : value),
    error: wrongAt(problem, `${place}.${name}`),
    autocomplete: "off",
  });
  const languages = Array.isArray(row.languages) ? (row.languages as unknown[]) : [];
  return (
    <fieldset class="model-card">
      <legend>{text(row.name) || t("models.unnamed")}</legend>
      <div class="columns">
        <SelectField
          label={t("models.file")}
          name={`${place}.file`}
          value={file?.sha256 ?? ""}
          onChange={(chosen) => {
            const found = kept.find((one) => one.sha256 === chosen);
            if (found) onChange((old) => ofFile(old, found));
          }}
          options={[
            ["", t("models.pick")],
            ...kept.map((one): [string, string] => [
              one.sha256,
              `${one.name || one.sha256.slice(0, 12)} · ${bytes(one.bytes)}`,
            ]),
          ]}
        />
        <div class="actions end">
          <FileButton
            small
            text={t("models.send")}
            accept=""
            onFile={(chosen) =>
              sendOrSay(chosen, (sent) => {
                onChange((old) => ofFile(old, sent));
                onSent();
              })
            }
          />
          <Button
            small
            kind="quiet"
            icon="trash"
            label={t("models.drop", { name: text(row.name) || t("models.unnamed") })}
            onClick={onDrop}
          />
        </div>
      </div>
      <div class="columns">
        <TextField {...field("name")} maxLength={120} required />
        <TextField {...field("id")} hint={t("models.idHint")} required />
      </div>
      <TextField {...field("sha256")} required />
      {sha256 && !file && (
        <p class="quiet-note warn-text">
          <Icon name="warning" size={14} /> {t("models.noFile")}
        </p>
      )}
      <div class="columns three">
        <TextField {...field("size_mb")} type="number" min={1} required />
        <TextField
          label={t("field.model.languages")}
          name={`${place}.languages`}
          value={languages.map(text).join(", ")}
          onInput={(value) =>
            set(
              "languages",
              value.split(/[\s,;]+/).filter((one, n, all) => one || n === all.length),
            )
          }
          error={wrongAt(problem, `${place}.languages`)}
          hint={t("models.languagesHint")}
          required={false}
        />
        <TextField {...field("license")} maxLength={120} required={false} />
      </div>
      <Switch
        label={t("field.model.install")}
        hint={t("models.installHint")}
        checked={row.install === true}
        onChange={(install) => set("install", install)}
      />
    </fieldset>
  );
}

const rowsOf = (body: Body) => (Array.isArray(body.models) ? (body.models as Body[]) : []);

export function ModelsForm({ body, onChange, problem }: FormProps) {
  const found = useResource("blobs", () => get<Whole<Kept>>("/api/blobs"));
  const rows = rowsOf(body);
  const put = (change: (rows: Body[]) => Body[]) =>
    onChange((now) => ({ ...now, models: change(rowsOf(now)) }));
  return (
    <>
      {rows.length === 0 && <p class="quiet-note">{t("models.none")}</p>}
      {rows.map((row, n) => (
        <Row
          key={n}
          row={row}
          place={`models.${n}`}
          kept={found.data?.items ?? []}
          problem={problem}
          onChange={(change) => put((all) => all.map((one, at) => (at === n ? change(one) : one)))}
          onDrop={() => put((all) => all.filter((_, at) => at !== n))}
          onSent={found.reload}
        />
      ))}
      <UploadRows onSent={found.reload} />
      <div class="actions">
        <Button small icon="plus" onClick={() => put((all) => [...all, BLANK])}>
          {t("models.add")}
        </Button>
      </div>
    </>
  );
}
