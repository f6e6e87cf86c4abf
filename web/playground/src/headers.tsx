// Writes the session into the headers editor, where it can be seen and changed.

import { useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";
import { type Session, useSession } from "./session";

/** Every value that was written here: what a person wrote over it stays. */
const written = new Set<unknown>();

export function SessionHeaders() {
  const session = useSession();
  const editor = useGraphiQL((state) => state.headerEditor);
  // Each tab has headers of its own: a tab that comes to the front may hold an older token.
  const tab = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  useEffect(() => {
    const text = editor?.getValue() ?? "";
    const next = withSession(text, session);
    if (next !== text) editor?.setValue(next);
  }, [session, editor, tab]);
  return null;
}

function withSession(text: string, session: Session | null): string {
  let headers: Record<string, unknown>;
  try {
    headers = text.trim() ? JSON.parse(text) : {};
  } catch {
    return text; // somebody is writing
  }
  const values = {
    Authorization: session ? `Bearer ${session.accessToken}` : undefined,
    "X-Organization": session?.viewer.organization,
  };
  for (const [name, value] of Object.entries(values)) {
    if (name in headers && !written.has(headers[name])) continue;
    if (value) {
      headers[name] = value;
      written.add(value);
    } else {
      delete headers[name];
    }
  }
  if (Object.keys(headers).length === 0) return "";
  return JSON.stringify(headers, null, 2);
}
