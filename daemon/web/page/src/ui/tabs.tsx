import { useEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icon";

export interface Tab {
  href: string;
  icon: IconName;
  text: string;
  current: boolean;
}

/** A row of links to the parts of one thing; on a phone it scrolls to the part shown. */
export function Tabs({ label, items }: { label: string; items: Tab[] }) {
  const row = useRef<HTMLElement>(null);
  const current = items.find((item) => item.current)?.href;
  useEffect(() => {
    const link = row.current?.querySelector<HTMLElement>("[aria-current]");
    if (row.current && link) {
      row.current.scrollLeft = link.offsetLeft - (row.current.clientWidth - link.offsetWidth) / 2;
    }
  }, [current]);
  return (
    <nav class="tabs" aria-label={label} ref={row}>
      {items.map(({ href, icon, text, current: here }) => (
        <a key={href} href={href} aria-current={here ? "page" : undefined}>
          <Icon name={icon} size={16} />
          {text}
        </a>
      ))}
    </nav>
  );
}
