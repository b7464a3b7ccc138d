/** The secrets of a flow: which there are, which are missing, and a place to write them. */
import { useState } from "preact/hooks";
import type { Draft, Secret } from "../../api/flows";
import { del, get, post } from "../../api/http";
import { t } from "../../i18n/flows";
import { may } from "../../state/session";
import { Badge, Button, Panel } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";

/** The secrets that a draft names, as it stands on the page, with the steps that name them. */
function named(draft: Draft): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { id, kind, headers, body } of draft.nodes) {
    const text = kind === "http" ? [body, ...Object.values(headers ?? {})].join("\n") : "";
    for (const [, name = ""] of text.matchAll(/\{\{\s*secret\.([A-Za-z_]\w{0,63})\s*\}\}/g)) {
      found.set(name, [...new Set([...(found.get(name) ?? []), id])]);
    }
  }
  return found;
}

interface RowProps {
  path: string;
  secret: Secret;
  onChange: () => void;
}

function Row({ path, secret, onChange }: RowProps) {
  const { name, known, nodes } = secret;
  const [open, setOpen] = useState(!known);
  const [value, setValue] = useState("");
  const save = useAction(async () => {
    await post(path, { name, value });
    setValue("");
    setOpen(false);
    toast(t("secrets.saved", { name }));
    onChange();
  });
  const remove = async () => {
    const sure = await confirm(
      t("secrets.removeTitle", { name }),
      t("secrets.removeText"),
      t("secrets.remove"),
    );
    if (sure) await del(`${path}/${name}`).then(onChange, toastProblem);
  };
  return (
    <li>
      <div class="list-row wraps">
        <span>
          <b>{name}</b>
          <small>
            {nodes.length > 0 ? t("secrets.at", { nodes: nodes.join(", ") }) : t("secrets.unused")}
          </small>
        </span>
        <Badge tone={known ? "ok" : "warn"}>{t(known ? "secrets.kept" : "secrets.missing")}</Badge>
        {may("operator") && (
          <div class="row-actions">
            {known && !open && (
              <Button small onClick={() => setOpen(true)}>
                {t("secrets.replace")}
              </Button>
            )}
            {known && (
              <Button
                small
                kind="quiet"
                icon="trash"
                label={`${t("secrets.remove")} ${name}`}
                onClick={() => void remove()}
              />
            )}
          </div>
        )}
      </div>
      {open && may("operator") && (
        <form
          class="line"
          onSubmit={(event) => {
            event.preventDefault();
            void save.run();
          }}
        >
          <TextField
            label={t("secrets.value", { name })}
            name="value"
            type="password"
            value={value}
            onInput={setValue}
            autocomplete="new-password"
            problem={save.problem}
            required
          />
          <Button small type="submit" busy={save.busy}>
            {t("secrets.set")}
          </Button>
        </form>
      )}
      <ProblemNote problem={save.problem} except={["value"]} />
    </li>
  );
}

interface Props {
  id: string;
  draft: Draft;
  /** Changes when the draft was saved. */
  saved: string;
  onChange: () => void;
}

export function Secrets({ id, draft, saved, onChange }: Props) {
  const path = `/flows/${id}/secrets`;
  const list = useResource(`${path}:${saved}`, () => get<{ items: Secret[] }>(path));
  const there = new Map(list.data?.items.map((one) => [one.name, one]));
  const wanted = named(draft);
  const names = [...new Set([...wanted.keys(), ...there.keys()])].sort();
  if (names.length === 0 || !list.data) return null;
  return (
    <Panel title={t("secrets.title")} icon="key" class="form-panel">
      <p class="hint">{t("secrets.lead")}</p>
      <ul class="rows">
        {names.map((name) => {
          const known = there.get(name)?.known ?? false;
          return (
            <Row
              key={`${name}:${known}`}
              path={path}
              secret={{ name, known, nodes: wanted.get(name) ?? [] }}
              onChange={() => {
                list.reload();
                onChange();
              }}
            />
          );
        })}
      </ul>
    </Panel>
  );
}
