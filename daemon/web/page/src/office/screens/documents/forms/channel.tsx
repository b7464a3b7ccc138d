import { useId } from "preact/hooks";
import { get } from "../../../../api/http";
import { Field, SelectField } from "../../../../ui/form";
import { useResource } from "../../../../ui/resource";
import type { FleetMap } from "../../../api/types";
import { count } from "../../../i18n";
import { t } from "../../../i18n/publishing";
import { text, withValue, wrongAt, type FormProps } from "../contents";

const CHANNELS = ["stable", "beta"] as const;

export function ChannelForm({ body, onChange, problem }: FormProps) {
  const found = useResource("versions", () => get<FleetMap>("/api/fleet/map?cells=reseller"));
  const list = useId();
  const versions = (found.data?.versions ?? []).filter((one) => one.version);
  const channel = text(body.channel);
  const strange = channel && !(CHANNELS as readonly string[]).includes(channel) ? [channel] : [];
  return (
    <>
      <SelectField
        label={t("field.channel")}
        name="channel"
        value={channel || "stable"}
        onChange={(value) => onChange(withValue(body, "channel", value))}
        options={[
          ...CHANNELS.map((one): [string, string] => [one, t(`channel.${one}`)]),
          ...strange.map((one): [string, string] => [one, one]),
        ]}
        error={wrongAt(problem, "channel")}
        hint={t("channel.hint")}
      />
      <Field
        label={t("field.version")}
        name="version"
        hint={t("channel.versionHint")}
        error={wrongAt(problem, "version")}
        required={false}
      >
        {(marks) => (
          <>
            <input
              {...marks}
              type="text"
              list={list}
              value={text(body.version)}
              placeholder="1.4.2"
              autocomplete="off"
              onInput={(event) =>
                onChange(withValue(body, "version", event.currentTarget.value.trim()))
              }
            />
            <datalist id={list}>
              {versions.map((one) => (
                <option key={one.version} value={one.version ?? ""}>
                  {count("fleet.count", one.count)}
                </option>
              ))}
            </datalist>
          </>
        )}
      </Field>
      {versions.length > 0 && (
        <p class="quiet-note">
          {t("channel.now", {
            versions: versions
              .slice(0, 5)
              .map((one) => `${one.version ?? ""} (${count("fleet.count", one.count)})`)
              .join(", "),
          })}
        </p>
      )}
    </>
  );
}
