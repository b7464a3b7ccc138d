import { bytes } from "../../../../i18n";
import { Problem } from "../../../../api/problem";
import { Button } from "../../../../ui/basics";
import { toastProblem } from "../../../../ui/feedback";
import { FileButton } from "../../../../ui/file-button";
import { Field, TextField } from "../../../../ui/form";
import { t } from "../../../i18n/publishing";
import { sendOrSay, UploadRows } from "../../../parts/upload-rows";
import { text, withValue, wrongAt, type FormProps } from "../contents";
import { pictures, seen } from "./pictures";

const KINDS = "image/png,image/svg+xml,image/x-icon,.png,.svg,.ico";

interface PictureProps extends FormProps {
  name: "logo" | "favicon";
}

/** A picture: chosen here and sent, or named by its hash. */
function Picture({ name, body, onChange, problem, told }: PictureProps) {
  const sha256 = text(body[name]);
  const shown = pictures.value[sha256];
  const take = async (file: File) => {
    if (file.size > told.pictureBytes) {
      const most = bytes(told.pictureBytes);
      toastProblem(new Problem(413, "too_large", t("brand.pictureLarge", { most })));
      return;
    }
    const picture = await seen(file);
    sendOrSay(file, (sent) => {
      pictures.value = { ...pictures.value, [sent.sha256]: picture };
      onChange((now) => withValue(now, name, sent.sha256));
    });
  };
  return (
    <div class="picture-field">
      <span class="picture-well" aria-hidden="true">
        {shown && <img src={shown} alt="" />}
      </span>
      <TextField
        label={t(`field.${name}`)}
        name={name}
        value={sha256}
        onInput={(value) => onChange(withValue(body, name, value.trim().toLowerCase()))}
        hint={t("brand.pictureHint", { most: bytes(told.pictureBytes) })}
        placeholder="sha256"
        autocomplete="off"
        error={wrongAt(problem, name)}
        required={false}
      />
      <div class="actions">
        <FileButton
          small
          text={t(name === "logo" ? "brand.sendLogo" : "brand.sendFavicon")}
          accept={KINDS}
          onFile={(file) => void take(file)}
        />
        {sha256 && (
          <Button
            small
            kind="quiet"
            icon="close"
            label={t("brand.noPicture", { name: t(`field.${name}`) })}
            onClick={() => onChange(withValue(body, name, ""))}
          />
        )}
      </div>
    </div>
  );
}

export function BrandForm(props: FormProps) {
  const { body, onChange, problem } = props;
  const accent = text(body.accent);
  const field = (name: "name" | "footer" | "support") => ({
    label: t(`field.${name}`),
    name,
    value: text(body[name]),
    onInput: (value: string) => onChange(withValue(body, name, value)),
    error: wrongAt(problem, name),
    autocomplete: "off",
    required: false,
  });
  return (
    <>
      <TextField {...field("name")} maxLength={60} hint={t("brand.nameHint")} />
      <Field
        label={t("field.accent")}
        name="accent"
        error={wrongAt(problem, "accent")}
        hint={t("brand.accentHint")}
        required={false}
      >
        {(marks) => (
          <div class="colour">
            <input
              type="color"
              aria-label={t("brand.pick")}
              value={/^#[0-9a-f]{6}$/i.test(accent) ? accent : "#0a7f96"}
              onInput={(event) => onChange(withValue(body, "accent", event.currentTarget.value))}
            />
            <input
              {...marks}
              type="text"
              value={accent}
              placeholder="#0a7f96"
              autocomplete="off"
              onInput={(event) =>
                onChange(withValue(body, "accent", event.currentTarget.value.trim()))
              }
            />
          </div>
        )}
      </Field>
      <Picture {...props} name="logo" />
      <Picture {...props} name="favicon" />
      <UploadRows onSent={() => undefined} />
      <TextField {...field("support")} maxLength={200} hint={t("brand.supportHint")} />
      <TextField {...field("footer")} maxLength={200} />
    </>
  );
}
