/** Toasts and the yes-or-no dialog. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Button, type Tone } from "./basics";
import { wordsFor } from "./form";
import { Icon } from "./icon";

interface Toast {
  id: number;
  tone: Tone;
  text: string;
}

const toasts = signal<Toast[]>([]);
let nextId = 1;

/** Say something in passing; errors stay long enough to read. */
export function toast(text: string, tone: Tone = "ok"): void {
  const id = nextId++;
  toasts.value = [...toasts.value.slice(-2), { id, tone, text }];
  setTimeout(() => dismiss(id), tone === "bad" ? 9000 : 4000);
}

export function toastProblem(problem: unknown): void {
  toast(wordsFor(problem), "bad");
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((one) => (
        <div key={one.id} class={`toast ${one.tone}`}>
          <Icon name={one.tone === "bad" ? "warning" : "check"} />
          <p>{one.text}</p>
          <Button
            kind="quiet"
            small
            icon="close"
            label={t("common.dismiss")}
            onClick={() => dismiss(one.id)}
          />
        </div>
      ))}
    </div>
  );
}

interface Question {
  title: string;
  text: string;
  action: string;
  answer: (yes: boolean) => void;
}

const question = signal<Question | null>(null);

/** Ask before something that cannot be undone. */
export function confirm(title: string, text: string, action: string): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      title,
      text,
      action,
      answer: (yes) => {
        question.value = null;
        resolve(yes);
      },
    };
  });
}

export function Confirm() {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = question.value;
  useEffect(() => {
    if (asked) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asked]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="confirm-title"
      onClose={() => question.value?.answer(false)}
    >
      {asked && (
        <>
          <h2 id="confirm-title">{asked.title}</h2>
          <p>{asked.text}</p>
          <div class="actions">
            <Button onClick={() => asked.answer(false)}>{t("common.cancel")}</Button>
            <Button kind="danger" onClick={() => asked.answer(true)}>
              {asked.action}
            </Button>
          </div>
        </>
      )}
    </dialog>
  );
}
