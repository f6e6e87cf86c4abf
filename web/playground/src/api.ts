// The operations of the Session panel.

export const ENDPOINT = "/graphql";

/** The tokens of a session. A pasted access token has no refresh token. */
export interface Tokens {
  accessToken: string;
  refreshToken?: string;
  expiresAt: string;
}

export interface Organization {
  slug: string;
  name: string;
}

/** The user of an access token. */
export interface Viewer {
  name: string;
  email: string;
  role?: string;
  /** Slug of the organization that the token is bound to. */
  organization?: string;
  organizations: Organization[];
}

interface Payload {
  session: Tokens | null;
  errors: { message: string }[];
}

const TOKENS = "session { accessToken refreshToken expiresAt } errors { message }";

export const signIn = (input: { email: string; password: string; organization?: string }) =>
  tokens(`mutation ($input: SignInInput!) { payload: signIn(input: $input) { ${TOKENS} } }`, { input });

export const refreshSession = (refreshToken: string) =>
  tokens(`mutation ($input: RefreshSessionInput!) { payload: refreshSession(input: $input) { ${TOKENS} } }`, {
    input: { refreshToken },
  });

export const switchOrganization = (token: string, organization: string) =>
  tokens(
    `mutation ($input: SwitchOrganizationInput!) { payload: switchOrganization(input: $input) { ${TOKENS} } }`,
    { input: { organization } },
    token,
  );

export const signOut = (token: string) => call("mutation { signOut { signedOut } }", {}, token);

export async function viewer(token: string): Promise<Viewer> {
  const query = `{ viewer {
    user { displayName email organizations(first: 100) { nodes { slug name } } }
    member { role }
    organization { slug }
  } }`;
  const { viewer } = await call<{ viewer: any }>(query, {}, token);
  if (!viewer) throw new Error("This token is invalid or has expired.");
  return {
    name: viewer.user.displayName,
    email: viewer.user.email,
    role: viewer.member?.role,
    organization: viewer.organization?.slug,
    organizations: viewer.user.organizations.nodes,
  };
}

async function tokens(query: string, variables: object, token?: string): Promise<Tokens> {
  const { payload } = await call<{ payload: Payload | null }>(query, variables, token);
  if (!payload?.session) throw new Error(payload?.errors[0]?.message ?? "The server returned no session.");
  return payload.session;
}

async function call<T>(query: string, variables: object, token?: string): Promise<T> {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors?.length) throw new Error(errors[0].message);
  return data;
}
