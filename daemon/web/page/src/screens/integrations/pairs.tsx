/** Rows of two short texts: what is called how. */
import { Button } from "../../ui/basics";
import { TextField } from "../../ui/form";

export type Pair = [left: string, right: string];

interface Props {
  pairs: Pair[];
  left: string;
  right: string;
  add: string;
  remove: (n: number) => string;
  example?: string;
  onChange: (pairs: Pair[]) => void;
}

export function Pairs({ pairs, left, right, add, remove, example, onChange }: Props) {
  const write = (index: number, pair: Pair) =>
    onChange(pairs.map((one, at) => (at === index ? pair : one)));
  return (
    <div class="lines">
      {pairs.map(([name, value], index) => (
        <div key={index} class="line">
          <TextField
            label={left}
            name={`left.${index}`}
            value={name}
            onInput={(text) => write(index, [text, value])}
            autocomplete="off"
          />
          <TextField
            label={right}
            name={`right.${index}`}
            value={value}
            onInput={(text) => write(index, [name, text])}
            autocomplete="off"
            {...(example ? { placeholder: example } : {})}
          />
          <Button
            small
            kind="quiet"
            icon="trash"
            label={remove(index + 1)}
            onClick={() => onChange(pairs.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button small icon="plus" onClick={() => onChange([...pairs, ["", ""]])}>
        {add}
      </Button>
    </div>
  );
}

/** The rows that say something, as an object. */
export const asObject = (pairs: Pair[]): Record<string, string> =>
  Object.fromEntries(
    pairs
      .map(([name, value]) => [name.trim(), value.trim()])
      .filter(([name, value]) => name && value),
  ) as Record<string, string>;
