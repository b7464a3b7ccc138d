/** Where files are taken: dropped, or chosen by hand or keyboard. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Button } from "./basics";
import { Icon } from "./icon";

interface Props {
  title: string;
  hint: string;
  action: string;
  accept?: string;
  kind?: "primary" | "plain";
  onFiles: (files: File[]) => void;
  children?: ComponentChildren;
}

export function Drop({ title, hint, action, accept, kind = "plain", onFiles, children }: Props) {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <section
      class={`drop${over ? " over" : ""}`}
      aria-label={title}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <div class="drop-ask">
        <Icon name="upload" size={28} />
        <p>
          <b>{title}</b>
          <small>{hint}</small>
        </p>
        <Button kind={kind} onClick={() => input.current?.click()}>
          {action}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          {...(accept ? { accept } : {})}
          aria-label={action}
          onChange={({ currentTarget }) => {
            onFiles([...(currentTarget.files ?? [])]);
            currentTarget.value = "";
          }}
        />
      </div>
      {children}
    </section>
  );
}
