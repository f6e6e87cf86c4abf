// Who is signed in. Kept in sessionStorage, so that a token lives no longer than its tab and no other tab sees it.

import { useSyncExternalStore } from "react";
import * as api from "./api";

export interface Session extends api.Tokens {
  viewer: api.Viewer;
}

const KEY = "outlay:session";
/** A token that ends this soon is refreshed before it is used. */
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
  // The session may have ended already, which comes to the same.
  if (token) await api.signOut(token).catch(() => undefined);
}

/** The headers of a request, with a fresh token in place of one of ours that ends. */
export async function freshHeaders(headers: Record<string, string> = {}) {
  if (!session || headers.Authorization !== `Bearer ${session.accessToken}`) return headers;
  await refreshIfDue();
  return session ? { ...headers, Authorization: `Bearer ${session.accessToken}` } : headers;
}

async function refreshIfDue() {
  const due = session && Date.parse(session.expiresAt) - Date.now() < MARGIN;
  if (!due || !session?.refreshToken) return;
  // A refresh token is good once: requests that come together share one refresh.
  refreshing ??= refresh(session, session.refreshToken).finally(() => (refreshing = null));
  await refreshing;
}

async function refresh(old: Session, token: string) {
  try {
    keep({ ...(await api.refreshSession(token)), viewer: old.viewer });
  } catch (error) {
    // A server that is out of reach has not ended the session.
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

/** When a JSON Web Token ends. */
function expiry(token: string): string {
  try {
    const claims = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return new Date(JSON.parse(atob(claims)).exp * 1000).toISOString();
  } catch {
    throw new Error("This is not an access token.");
  }
}
