/** A customer or a box, found as one writes: by name or id, with what the list suggests. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { get, query } from "../../api/http";
import type { Problem } from "../../api/problem";
import { Field } from "../../ui/form";
import type { FleetBox, Page, Tenant, Whole } from "../api/types";

const PAUSE_MS = 200;
const MOST_PAGES = 6;
const A_PAGE = 500;

export interface Choice {
  id: string;
  text: string;
  tenantId: string;
  resellerId: string;
}

interface Props {
  kind: "tenant" | "device";
  label: string;
  name: string;
  value: string;
  /** The id as written, and what it is of, once it is known. */
  onInput: (id: string, choice: Choice | undefined) => void;
  hint: string;
  problem: Problem | null;
}

/** Customers, by name and id; of thousands, the first three. */
export async function allTenants(): Promise<Choice[]> {
  const found: Tenant[] = [];
  for (let page = 0, after = ""; page < MOST_PAGES; page++) {
    const asked = `/api/tenants${query({ after, limit: A_PAGE })}`;
    const { items } = await get<Whole<Tenant>>(asked);
    found.push(...items);
    if (items.length < A_PAGE) break;
    after = items[items.length - 1]?.id ?? "";
  }
  return found.map(({ id, name, resellerId }) => ({ id, text: name, tenantId: id, resellerId }));
}

const boxes = (q: string): Promise<Choice[]> =>
  get<Page<FleetBox>>(`/api/fleet${query({ q, limit: 20 })}`).then(({ items }) =>
    items.map(({ id, label, tenant, tenantId, resellerId }) => ({
      id,
      text: [label, tenant].filter(Boolean).join(" · "),
      tenantId,
      resellerId,
    })),
  );

/** Ask for choices: customers once, boxes for what is written. */
function useChoices(kind: Props["kind"], written: string): Choice[] {
  const [found, setFound] = useState<Choice[]>([]);
  const asked = kind === "tenant" ? "" : written;
  useEffect(() => {
    let current = true;
    const ask = () =>
      (kind === "tenant" ? allTenants() : boxes(asked)).then(
        (choices) => current && setFound(choices),
        () => undefined,
      );
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [kind, asked]);
  return found;
}

export function TargetField({ kind, value, onInput, ...common }: Props) {
  const [written, setWritten] = useState(value);
  const choices = useChoices(kind, written);
  const list = useId();
  // Who writes a whole name means the one that has it, also where the list came later.
  const meant = choices.find((one) => [one.id, one.text].includes(written.trim()));
  const latest = useRef(onInput);
  latest.current = onInput;
  useEffect(() => {
    if (written.trim()) latest.current(meant?.id ?? written.trim(), meant);
  }, [written, meant]);
  return (
    <Field {...common} hint={meant && meant.text !== written ? meant.text : common.hint} required>
      {(marks) => (
        <>
          <input
            {...marks}
            type="text"
            list={list}
            value={written}
            autocomplete="off"
            onInput={(event) => {
              setWritten(event.currentTarget.value);
              onInput(event.currentTarget.value.trim(), undefined);
            }}
          />
          <datalist id={list}>
            {choices.map(({ id, text }) => (
              <option key={id} value={id}>
                {text}
              </option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
