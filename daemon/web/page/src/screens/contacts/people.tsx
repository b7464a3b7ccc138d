import { useState } from "preact/hooks";
import { get, patch, post, query } from "../../api/http";
import type { Page } from "../../api/types";
import { t } from "../../i18n/contacts";
import { phone as shown } from "../../phone";
import { may } from "../../state/session";
import { ActionForm, useDraft } from "../../ui/action-form";
import { Badge, Button, Empty, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { SelectField, TextField, useAction } from "../../ui/form";
import { ListPanel } from "../../ui/list-panel";
import { useResource } from "../../ui/resource";

interface Person {
  id: string;
  name: string | null;
  phone: string | null;
  email: string | null;
  tags: string[];
  fields: Record<string, string>;
  optIn: boolean | null;
}

const linesOf = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");

/** `name: value` a line; what has no colon is not taken. */
const fieldsOf = (text: string) =>
  Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const [name = "", ...rest] = line.split(":");
      return name.trim() && rest.length > 0 ? [[name.trim(), rest.join(":").trim()]] : [];
    }),
  );

interface FormProps {
  person: Person | null;
  onSaved: (person: Person) => void;
  onCancel: () => void;
}

function PersonForm({ person, onSaved, onCancel }: FormProps) {
  const { values, put, text } = useDraft({
    name: person?.name ?? "",
    phone: "",
    email: person?.email ?? "",
    tags: person?.tags.join(", ") ?? "",
    fields: linesOf(person?.fields ?? {}),
    optIn: person?.optIn === null ? "" : String(person?.optIn ?? ""),
  });
  const save = useAction(async () => {
    const { name, phone, email, tags, fields, optIn } = values;
    const body = {
      name: name || null,
      email: email || null,
      tags: tags
        .split(",")
        .map((tag) => tag.trim())
        .filter(Boolean),
      fields: fieldsOf(fields),
      optIn: optIn === "" ? null : optIn === "true",
    };
    const saved = person
      ? await patch<Person>(`/contacts/${person.id}`, body)
      : await post<Person>("/contacts", { ...body, phone: phone.replace(/[\s()-]/g, "") });
    toast(t("common.saved"));
    onSaved(saved);
  });
  const { problem } = save;
  return (
    <ActionForm
      action={save}
      submit={t(person ? "common.save" : "people.add")}
      fields={["name", "phone", "email", "tags", "fields", "optIn"]}
      onCancel={person ? onCancel : undefined}
    >
      <TextField label={t("people.name")} {...text("name", problem)} required={false} />
      {!person && (
        <TextField
          label={t("people.phone")}
          {...text("phone", problem)}
          type="tel"
          hint={t("people.phoneHint")}
          required
        />
      )}
      <TextField
        label={t("people.email")}
        {...text("email", problem)}
        type="email"
        required={false}
      />
      <TextField
        label={t("people.tags")}
        {...text("tags", problem)}
        hint={t("people.tagsHint")}
        required={false}
      />
      <TextField
        label={t("people.fields")}
        {...text("fields", problem)}
        rows={3}
        hint={t("people.fieldsHint")}
        required={false}
      />
      <SelectField
        label={t("people.optIn")}
        name="optIn"
        value={values.optIn}
        onChange={(optIn) => put({ optIn })}
        options={[
          ["", t("people.optIn.unknown")],
          ["true", t("people.optIn.yes")],
          ["false", t("people.optIn.no")],
        ]}
        problem={problem}
      />
    </ActionForm>
  );
}

function Row({ person, onEdit }: { person: Person; onEdit: () => void }) {
  const reach = [person.phone && shown(person.phone), person.email].filter(Boolean);
  const name = person.name ?? t("people.noName");
  return (
    <li class="list-row">
      <span>
        <b>{name}</b>
        <small>{reach.join(" · ")}</small>
      </span>
      {person.tags.map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
      {may("operator") && (
        <a
          class="button quiet small"
          href={`#/contacts/privacy/${person.id}`}
          aria-label={t("people.privacyOf", { name })}
        >
          {t("tab.privacy")}
        </a>
      )}
      {may("operator") && (
        <Button small kind="quiet" label={t("people.editOf", { name })} onClick={onEdit}>
          {t("common.edit")}
        </Button>
      )}
    </li>
  );
}

/** Everybody that the box knows. */
export function People() {
  const [search, setSearch] = useState("");
  const [tag, setTag] = useState("");
  const [editing, setEditing] = useState<Person | null>(null);
  const path = `/contacts${query({ q: search.trim(), tag: tag.trim(), limit: 50 })}`;
  const list = useResource(path, () => get<Page<Person>>(path));
  const items = list.data?.items;
  const saved = (person: Person) => {
    const known = items?.some(({ id }) => id === person.id);
    setEditing(null);
    if (!known) {
      list.reload();
      return;
    }
    list.set((page) => ({
      ...page,
      items: page.items.map((one) => (one.id === person.id ? person : one)),
    }));
  };
  return (
    <div class="split">
      <ListPanel
        title={t("tab.people")}
        icon="contacts"
        list={list}
        path={path}
        filters={
          <form class="filters" onSubmit={(event) => event.preventDefault()}>
            <label>
              {t("people.search")}
              <input
                type="search"
                value={search}
                onInput={(event) => setSearch(event.currentTarget.value)}
              />
            </label>
            <label>
              {t("people.tag")}
              <input value={tag} onInput={(event) => setTag(event.currentTarget.value)} />
            </label>
          </form>
        }
        empty={<Empty icon="contacts" title={t("people.none")} text={t("people.noneText")} />}
      >
        {(person) => <Row key={person.id} person={person} onEdit={() => setEditing(person)} />}
      </ListPanel>
      {may("operator") && (
        <Panel title={t(editing ? "people.edit" : "people.new")} icon={editing ? "user" : "plus"}>
          <PersonForm
            key={`${editing?.id ?? "new"}:${items?.length ?? 0}`}
            person={editing}
            onSaved={saved}
            onCancel={() => setEditing(null)}
          />
        </Panel>
      )}
    </div>
  );
}
