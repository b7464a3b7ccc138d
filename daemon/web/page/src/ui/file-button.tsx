import { useRef } from "preact/hooks";
import { Button } from "./basics";
import type { IconName } from "./icon";

interface Props {
  text: string;
  accept: string;
  onFile: (file: File) => void;
  icon?: IconName;
  busy?: boolean;
  small?: boolean;
  kind?: "primary" | "plain" | "quiet";
  /** Only the icon shows; the text is its name. */
  bare?: boolean;
}

/** A button that asks for one file. */
export function FileButton({ text, accept, onFile, icon = "upload", bare, ...look }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        aria-label={text}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = ""; // the same file may be chosen again
          if (file) onFile(file);
        }}
      />
      {bare ? (
        <Button {...look} icon={icon} label={text} onClick={() => input.current?.click()} />
      ) : (
        <Button {...look} icon={icon} onClick={() => input.current?.click()}>
          {text}
        </Button>
      )}
    </>
  );
}
