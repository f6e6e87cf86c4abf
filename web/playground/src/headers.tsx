// Writes the session's headers into the headers editor, where the user can see and change them.

import { useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";
import { type Session, useSession } from "./session";

/** All header values written by this module. Values entered by the user are not replaced. */
const written = new Set<unknown>();

export function SessionHeaders() {
  const session = useSession();
  const editor = useGraphiQL((state) => state.headerEditor);
  // Each tab has its own headers: a newly selected tab may contain an older token.
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
    return text; // the user is editing the headers
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
