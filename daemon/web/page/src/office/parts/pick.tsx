/** A filter: a label, and one of few. */
interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: [value: string, label: string][];
  class?: string;
}

export function Pick({ label, value, onChange, options, class: extra }: Props) {
  return (
    <label class={extra}>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
