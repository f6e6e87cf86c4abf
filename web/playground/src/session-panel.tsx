// The panel to sign in or paste a token, and to select the organization.

import { Button, type GraphiQLPlugin } from "@graphiql/react";
import { type FormEvent, type ReactNode, useState } from "react";
import { DEMO } from "./examples";
import { type Session, signIn, signOut, switchOrganization, takeToken, useSession } from "./session";

export const SESSION_PLUGIN: GraphiQLPlugin = { title: "Session", icon: Icon, content: Panel };

function Panel() {
  const session = useSession();
  return (
    <section className="session" aria-label="Session">
      {session ? <SignedIn session={session} /> : <SignedOut />}
    </section>
  );
}

function SignedOut() {
  const [form, setForm] = useState({ email: "", password: "", organization: "" });
  const [token, setToken] = useState("");
  const entering = useAction(() => signIn(form.email, form.password, form.organization));
  const pasting = useAction(() => takeToken(token));
  const field = (name: keyof typeof form) => ({
    name,
    value: form[name],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  return (
    <>
      <h2>Sign in</h2>
      <p>Sets the headers of all tabs. The session is stored until this browser tab is closed.</p>
      <form onSubmit={entering.submit}>
        <Field label="E-mail">
          <input {...field("email")} type="email" autoComplete="username" required />
        </Field>
        <Field label="Password">
          <input {...field("password")} type="password" autoComplete="current-password" required />
        </Field>
        <Field label="Organization">
          <input {...field("organization")} placeholder="optional if you have only one" autoComplete="organization" />
        </Field>
        <Problem text={entering.problem} />
        <div className="session-buttons">
          <Button type="submit" state="success" disabled={entering.busy}>
            Sign in
          </Button>
          <Button type="button" onClick={() => setForm(DEMO)}>
            Fill in the demo user
          </Button>
        </div>
      </form>
      <details>
        <summary>Use an access token instead</summary>
        <form onSubmit={pasting.submit}>
          <Field label="Access token">
            <input value={token} onChange={(event) => setToken(event.target.value)} autoComplete="off" required />
          </Field>
          <Problem text={pasting.problem} />
          <Button type="submit" disabled={pasting.busy}>
            Use token
          </Button>
        </form>
      </details>
    </>
  );
}

function SignedIn({ session }: { session: Session }) {
  const { viewer } = session;
  const [chosen, setChosen] = useState<string>();
  const switching = useAction(switchOrganization);
  const until = new Date(session.expiresAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return (
    <>
      <h2>{viewer.name}</h2>
      <p>
        {viewer.email}
        {viewer.role && <span className="session-role">{viewer.role.toLowerCase()}</span>}
      </p>
      <Field label="Organization">
        <select
          value={(switching.busy && chosen) || viewer.organization || ""}
          disabled={switching.busy}
          onChange={(event) => {
            setChosen(event.target.value);
            void switching.run(event.target.value);
          }}
        >
          {!viewer.organization && <option value="">none selected</option>}
          {viewer.organizations.map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name} ({slug})
            </option>
          ))}
        </select>
      </Field>
      <Problem text={switching.problem} />
      <p>
        The headers <code>Authorization</code> and <code>X-Organization</code> are set.{" "}
        {session.refreshToken
          ? `The token expires at ${until} and is refreshed automatically.`
          : `The token expires at ${until}.`}
      </p>
      <Button type="button" onClick={() => void signOut()}>
        Sign out
      </Button>
    </>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="session-field">
      <span>{label}</span>
      {children}
    </label>
  );
}

function Problem({ text }: { text: string }) {
  return text ? (
    <p className="session-problem" role="alert">
      {text}
    </p>
  ) : null;
}

/** Runs an asynchronous action, and returns its state and its error message. */
function useAction<A extends unknown[]>(action: (...given: A) => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  async function run(...given: A) {
    setBusy(true);
    setProblem("");
    try {
      await action(...given);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    void run(...([] as unknown as A));
  }
  return { busy, problem, run, submit };
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <circle cx="12" cy="8" r="4" />
      <path d="M4 21c0-4 3.6-7 8-7s8 3 8 7" strokeLinecap="round" />
    </svg>
  );
}
