/** The frame of the two screens before signing in. */
import type { ComponentChildren } from "preact";
import { box, brandName } from "../state/session";
import { Brand } from "../ui/brand";
import { Preferences } from "../ui/preferences";

export function Gate(props: { title: string; lead: string; children: ComponentChildren }) {
  return (
    <div class="gate">
      <header class="gate-top">
        <Preferences />
      </header>
      <main class="gate-main">
        <div class="gate-brand">
          <Brand size={52} />
          <p>{brandName.value}</p>
        </div>
        <section class="panel gate-panel">
          <h1>{props.title}</h1>
          <p class="lead">{props.lead}</p>
          {props.children}
        </section>
        <p class="version">{box.value?.version}</p>
      </main>
    </div>
  );
}
