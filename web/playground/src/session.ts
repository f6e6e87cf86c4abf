// The session of the authenticated user. It is stored in sessionStorage, which is deleted with the browser tab and not
// visible to other tabs.

import { useSyncExternalStore } from "react";
import * as api from "./api";

export interface Session extends api.Tokens {
  viewer: api.Viewer;
}

const KEY = "outlay:session";
/** Milliseconds: a token that expires within this time is refreshed before it is used. */
const MARGIN = 30_000;

let session: Session | null = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
let refreshing: Promise<void> | null = null;
const listeners = new Set<() => void>();

export const useSession = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );

export async function signIn(email: string, password: string, organization: string) {
  await open(await api.signIn({ email, password, ...(organization && { organization }) }));
}

export async function takeToken(pasted: string) {
  const accessToken = pasted.trim().replace(/^Bearer\s+/i, "");
  await open({ accessToken, expiresAt: expiry(accessToken) });
}

export async function switchOrganization(organization: string) {
  await refreshIfDue();
  if (session) await open(await api.switchOrganization(session.accessToken, organization));
}

export async function signOut() {
  const token = session?.accessToken;
  keep(null);
  // Ignore the error: the session may have ended already.
  if (token) await api.signOut(token).catch(() => undefined);
}

/** Returns the headers of a request. Refreshes the session's access token in them when it is about to expire. */
export async function freshHeaders(headers: Record<string, string> = {}) {
  if (!session || headers.Authorization !== `Bearer ${session.accessToken}`) return headers;
  await refreshIfDue();
  return session ? { ...headers, Authorization: `Bearer ${session.accessToken}` } : headers;
}

async function refreshIfDue() {
  const due = session && Date.parse(session.expiresAt) - Date.now() < MARGIN;
  if (!due || !session?.refreshToken) return;
  // A refresh token can be used once: concurrent requests share one refresh.
  refreshing ??= refresh(session, session.refreshToken).finally(() => (refreshing = null));
  await refreshing;
}

async function refresh(old: Session, token: string) {
  try {
    keep({ ...(await api.refreshSession(token)), viewer: old.viewer });
  } catch (error) {
    // A TypeError is a network error: the session has not ended.
    if (!(error instanceof TypeError)) keep(null);
  }
}

async function open(tokens: api.Tokens) {
  keep({ ...tokens, viewer: await api.viewer(tokens.accessToken) });
}

function keep(next: Session | null) {
  session = next;
  if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
  else sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

/** Returns the expiry of a JSON Web Token. */
function expiry(token: string): string {
  try {
    const claims = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return new Date(JSON.parse(atob(claims)).exp * 1000).toISOString();
  } catch {
    throw new Error("This is not an access token.");
  }
}
