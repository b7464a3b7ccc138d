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
}

/** A button that asks for one file. */
export function FileButton({ text, accept, onFile, icon = "upload", ...look }: Props) {
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
      <Button {...look} icon={icon} onClick={() => input.current?.click()}>
        {text}
      </Button>
    </>
  );
}
