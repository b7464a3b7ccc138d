/** Who is at the office's pages. The cookie of a sign-in is out of reach of scripts. */
import { computed, signal } from "@preact/signals";
import { get, onSignedOut, post } from "../api/http";
import { Problem } from "../api/problem";
import { go, here } from "../router";
import { load, save } from "../storage";
import type { Me } from "./api/types";

const HINT = "office-signed-in";

export const me = signal<Me | null>(null);
/** Nothing is known yet; or the control plane does not answer. */
export const starting = signal<"asking" | "unreachable" | "done">("asking");

/** Whether the person may change things. */
export const mayWrite = computed(() => me.value !== null && me.value.role !== "reader");
/** Whether they see every reseller. */
export const ofPlatform = computed(() => me.value?.resellerId === "");
/** Whether they may do what only the platform does. */
export const mayRun = computed(() => me.value?.role === "platform");

/** Learn from the cookie who this is, then show the right first screen. */
export async function boot(): Promise<void> {
  // Without the hint that a cookie was set, asking would only make a 401.
  if (load(HINT) === "yes") {
    try {
      me.value = await get<Me>("/api/me");
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) {
        starting.value = "unreachable";
        setTimeout(() => void boot(), 2000);
        return;
      }
      save(HINT, "no");
    }
  }
  starting.value = "done";
}

async function entered(): Promise<void> {
  me.value = await get<Me>("/api/me");
  save(HINT, "yes");
  if (here().parts[0] === "login") go("/", { replace: true });
}

export async function signIn(username: string, password: string): Promise<void> {
  await post("/api/login", { username, password });
  await entered();
}

/** Sign in with an API key; the browser keeps a session of it, not the key. */
export async function signInByKey(key: string): Promise<void> {
  await post("/api/login/key", { key });
  await entered();
}

export async function signOut(): Promise<void> {
  await post("/api/logout").catch(() => undefined);
  forget();
}

function forget(): void {
  save(HINT, "no");
  me.value = null;
}

onSignedOut.call = () => {
  if (me.value) forget();
};
