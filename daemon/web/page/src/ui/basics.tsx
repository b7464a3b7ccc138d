/** The small parts every screen is made of. */
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { Icon, type IconName } from "./icon";

interface Children {
  children?: ComponentChildren;
}
export type Tone = "plain" | "ok" | "warn" | "bad" | "accent" | "human";

interface ButtonProps extends Children {
  onClick?: (() => void) | undefined;
  kind?: "primary" | "plain" | "quiet" | "danger";
  type?: "button" | "submit";
  icon?: IconName;
  busy?: boolean;
  disabled?: boolean;
  /** The name for screen readers, where only the icon shows. */
  label?: string;
  small?: boolean;
}

export function Button(props: ButtonProps) {
  const { kind = "plain", type = "button", icon, busy, label, small, children } = props;
  const bare = children === undefined;
  return (
    <button
      type={type}
      class={`button ${kind}${small ? " small" : ""}${bare ? " bare" : ""}`}
      onClick={props.onClick}
      disabled={props.disabled ?? false}
      aria-disabled={busy ? "true" : undefined}
      aria-busy={busy ? "true" : undefined}
      aria-label={label}
      title={bare ? label : undefined}
    >
      {busy ? <span class="spinner" /> : icon && <Icon name={icon} size={small ? 16 : 18} />}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink(props: Children & { href: string; icon?: IconName; kind?: string }) {
  return (
    <a class={`button ${props.kind ?? "plain"}`} href={props.href}>
      {props.icon && <Icon name={props.icon} />}
      {props.children}
    </a>
  );
}

interface PanelProps extends Children {
  title?: string;
  icon?: IconName;
  actions?: ComponentChildren;
  class?: string;
  level?: 2 | 3;
}

/** A framed part of a screen. */
export function Panel({ title, icon, actions, children, class: extra, level = 2 }: PanelProps) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section class={`panel ${extra ?? ""}`}>
      {title && (
        <header class="panel-head">
          <Heading>
            {icon && <Icon name={icon} size={16} />}
            {title}
          </Heading>
          {actions && <div class="actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

export function Badge({ tone = "plain", children }: Children & { tone?: Tone }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A status light with its word; the word carries the meaning, the colour only helps. */
export function Light({ tone, pulse, children }: Children & { tone: Tone; pulse?: boolean }) {
  return (
    <span class={`light ${tone}${pulse ? " pulse" : ""}`}>
      <i />
      {children}
    </span>
  );
}

interface EmptyProps extends Children {
  icon: IconName;
  title: string;
  text: string;
}

/** What a list says while nothing is in it: what it is for and what to do next. */
export function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} size={28} />
      </span>
      <p class="empty-title">{title}</p>
      <p>{text}</p>
      {children && <div class="actions">{children}</div>}
    </div>
  );
}

export function Progress({ value, label }: { value: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={{ width: `${percent}%` }} />
    </div>
  );
}

export function Loading() {
  return (
    <div class="loading" role="status">
      <span class="spinner" />
      {t("common.loading")}
    </div>
  );
}

export function PageHead(props: Children & { title: string; lead?: string; back?: string }) {
  return (
    <header class="page-head">
      <div>
        {props.back && (
          <a class="back" href={props.back}>
            <Icon name="back" size={16} />
            {t("common.back")}
          </a>
        )}
        <h1 tabIndex={-1}>{props.title}</h1>
        {props.lead && <p class="lead">{props.lead}</p>}
      </div>
      {props.children && <div class="actions">{props.children}</div>}
    </header>
  );
}
