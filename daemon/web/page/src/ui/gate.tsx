/** What stands before signing in, the same on a box and at the office. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ActionForm, TextField, useAction } from "./form";
import { Preferences } from "./preferences";

interface FrameProps {
  mark: ComponentChildren;
  name: string;
  title: string;
  lead: string;
  foot?: ComponentChildren;
  children: ComponentChildren;
}

export function GateFrame({ mark, name, title, lead, foot, children }: FrameProps) {
  return (
    <div class="gate">
      <header class="gate-top">
        <Preferences />
      </header>
      <main class="gate-main">
        <div class="gate-brand">
          {mark}
          <p>{name}</p>
        </div>
        <section class="panel gate-panel">
          <h1>{title}</h1>
          <p class="lead">{lead}</p>
          {children}
        </section>
        {foot}
      </main>
    </div>
  );
}

interface PasswordProps {
  words: Record<"username" | "password" | "action", string>;
  onEnter: (username: string, password: string) => Promise<unknown>;
}

export function PasswordForm({ words, onEnter }: PasswordProps) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const enter = useAction(() => onEnter(username.trim(), password));
  return (
    <ActionForm action={enter} text={words.action} fields={["username", "password"]}>
      <TextField
        label={words.username}
        name="username"
        value={username}
        onInput={setUsername}
        autocomplete="username"
        problem={enter.problem}
        required
      />
      <TextField
        label={words.password}
        name="password"
        type="password"
        value={password}
        onInput={setPassword}
        autocomplete="current-password"
        problem={enter.problem}
        required
      />
    </ActionForm>
  );
}
