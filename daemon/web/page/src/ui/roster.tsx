/** A list of people, keys or the like, each of which can be ended after a question. */
import type { ComponentChildren } from "preact";
import { Button, Loading, Panel } from "./basics";
import { confirm, toastProblem } from "./feedback";
import { ProblemNote } from "./form";
import type { IconName } from "./icon";
import type { Resource } from "./resource";

interface Props<T> {
  title: string;
  icon: IconName;
  found: Resource<{ items: T[] }>;
  /** What is said while nobody is on it. */
  empty?: ComponentChildren;
  row: (one: T) => ComponentChildren;
}

export function Roster<T extends { id: string }>({ title, icon, found, empty, row }: Props<T>) {
  const items = found.data?.items;
  return (
    <Panel title={title} icon={icon}>
      <ProblemNote problem={found.problem} />
      {!items && !found.problem && <Loading />}
      {items?.length === 0 && empty}
      <ul class="rows">
        {items?.map((one) => (
          <li key={one.id} class="user-row">
            {row(one)}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface EndProps {
  /** What it does, and to whom, for screen readers. */
  label: string;
  question: { title: string; text: string; action: string };
  end: () => Promise<unknown>;
  onEnded: () => void;
}

/** End it, once somebody has said yes. */
export function EndButton({ label, question, end, onEnded }: EndProps) {
  const ask = async () => {
    if (await confirm(question.title, question.text, question.action))
      await end().then(onEnded, toastProblem);
  };
  return <Button kind="quiet" small icon="trash" label={label} onClick={() => void ask()} />;
}
