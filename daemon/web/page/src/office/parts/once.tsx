/** Something that is shown this once: a key, a token, the line to type. */
import { Icon } from "../../ui/icon";
import { Copyable } from "../../ui/secret";

interface Props {
  text: string;
  /** What to copy; each with its own button. */
  secrets: { label?: string; value: string }[];
}

export function Once({ text, secrets }: Props) {
  return (
    <div class="notice ok" role="status">
      <Icon name="key" />
      <div class="once">
        <p>{text}</p>
        {secrets.map(({ label, value }) => (
          <div key={value}>
            {label && <small>{label}</small>}
            <Copyable text={value} name={label} />
          </div>
        ))}
      </div>
    </div>
  );
}
