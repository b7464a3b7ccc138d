/** The frame of the two screens before signing in. */
import type { ComponentChildren } from "preact";
import { box, brandName } from "../state/session";
import { Brand } from "../ui/brand";
import { GateFrame } from "../ui/gate";

export function Gate(props: { title: string; lead: string; children: ComponentChildren }) {
  return (
    <GateFrame
      {...props}
      mark={<Brand size={52} />}
      name={brandName.value}
      foot={<p class="version">{box.value?.version}</p>}
    />
  );
}
