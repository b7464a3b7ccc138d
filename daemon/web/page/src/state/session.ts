/** Who is at the page, and what box this is. */
import { computed, signal } from "@preact/signals";
import { get, onSignedOut, post, tenantId } from "../api/http";
import { Problem } from "../api/problem";
import type { AuthState, Role, User } from "../api/types";
import * as live from "../live/socket";
import { go, here } from "../router";
import { load, save } from "../storage";
import { setAccent } from "../theme";

export const box = signal<AuthState | null>(null);
export const user = signal<User | null>(null);
/** The first look at /auth/state failed: the daemon is down or starting. */
export const unreachable = signal(false);

const RANK: Record<Role, number> = { viewer: 0, operator: 1, owner: 2 };

/** Whether the person may do what `role` may. */
export const may = (role: Role) => RANK[user.value?.role ?? "viewer"] >= RANK[role];
export const brandName = computed(() => box.value?.brand.name ?? "");

/** Learn the box and, from the cookie, the person; then show the right first screen. */
export async function boot(): Promise<void> {
  try {
    const state = await get<AuthState>("/auth/state");
    unreachable.value = false;
    tenantId.value = state.tenantId;
    setAccent(state.brand.accent);
    user.value = state.setupNeeded ? null : await whoAmI();
    box.value = state;
  } catch {
    unreachable.value = true;
    setTimeout(() => void boot(), 2000);
    return;
  }
  if (user.value) entered();
  else leaveTo(box.value.setupNeeded ? "setup" : "login");
}

async function whoAmI(): Promise<User | null> {
  // The cookie is HttpOnly; without the hint that one was set, asking would only make a 401.
  if (load("signed-in") !== "yes") return null;
  const me = await get<User>("/auth/me").catch(() => null);
  if (!me) save("signed-in", "no");
  return me;
}

function entered(): void {
  live.start();
  if (["login", "setup"].includes(here().parts[0] ?? "")) go("/", { replace: true });
}

function leaveTo(screen: "login" | "setup"): void {
  const { parts, query } = here();
  if (parts[0] === "setup" && (screen === "setup" || query.has("token"))) return;
  if (parts[0] !== screen) go(`/${screen}`, { replace: true });
}

/** Sign in; the session cookie does the rest. */
export async function signIn(username: string, password: string): Promise<void> {
  const answer = await post<{ user: User }>("/auth/login", { username, password });
  save("signed-in", "yes");
  user.value = answer.user;
  entered();
}

/** Use the one-time link of the first start; the first person is the owner. */
export async function setUp(form: {
  token: string;
  name: string;
  username: string;
  password: string;
}): Promise<void> {
  const answer = await post<{ user: User }>("/auth/setup", form);
  if (box.value) box.value = { ...box.value, setupNeeded: false };
  save("signed-in", "yes");
  user.value = answer.user;
  entered();
}

export async function signOut(): Promise<void> {
  await post("/auth/logout").catch(() => undefined);
  forget();
}

function forget(): void {
  save("signed-in", "no");
  live.stop();
  user.value = null;
  go("/login", { replace: true });
}

onSignedOut.call = () => {
  if (user.value) forget();
};

// A socket that closes may mean that the session ended: asking who we are settles it.
live.onDropped.call = () => {
  get("/auth/me").catch((error: unknown) => {
    if (error instanceof Problem && error.status === 401) onSignedOut.call();
  });
};
