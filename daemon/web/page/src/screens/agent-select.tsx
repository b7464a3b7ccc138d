import { get } from "../api/http";
import type { Problem } from "../api/problem";
import type { Agent, Page } from "../api/types";
import { SelectField } from "../ui/form";
import { useResource } from "../ui/resource";

interface Props {
  label: string;
  value: string;
  onChange: (id: string) => void;
  /** What stands in the list for none. */
  none: string;
  problem?: Problem | null;
  /** The field that the daemon names when it refuses one. */
  name?: string;
}

/** Choose an agent of the box. */
export function AgentSelect(props: Props) {
  const { label, value, onChange, none, problem, name = "agentId" } = props;
  const agents = useResource("agents", () => get<Page<Agent>>("/agents?limit=200"));
  return (
    <SelectField
      label={label}
      name={name}
      value={value}
      onChange={onChange}
      problem={problem ?? null}
      options={[
        ["", none],
        ...(agents.data?.items ?? []).map((one): [string, string] => [one.id, one.name]),
      ]}
    />
  );
}
