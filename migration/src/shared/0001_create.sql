-- The tables shared by all organizations: users, sessions and the directory of organizations.
-- The database role of requests has no access to them.

CREATE TABLE outlay."user" (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    display_name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE outlay.organization (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    short_code text NOT NULL UNIQUE,
    name text NOT NULL,
    schema_name text NOT NULL UNIQUE,
    schema_version integer NOT NULL,
    database text NOT NULL DEFAULT 'default',
    status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'SUSPENDED')),
    plan text NOT NULL DEFAULT 'STANDARD',
    base_currency text NOT NULL CHECK (base_currency ~ '^[A-Z]{3}$'),
    business_email text,
    business_phone text,
    brand_color text,
    logo_url text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- The sign-in directory: maps a user to members of organizations.
CREATE TABLE outlay.membership (
    user_id uuid NOT NULL REFERENCES outlay."user",
    organization_id uuid NOT NULL REFERENCES outlay.organization,
    member_id uuid NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, organization_id)
);
CREATE INDEX membership_organization_idx ON outlay.membership (organization_id);

-- Custom host names, in addition to `<slug>.<base domain>`.
CREATE TABLE outlay.domain (
    host text PRIMARY KEY CHECK (host = lower(host)),
    organization_id uuid NOT NULL REFERENCES outlay.organization,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE outlay.session (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES outlay."user",
    organization_id uuid REFERENCES outlay.organization,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text CHECK (revoked_reason IN ('SIGNED_OUT', 'REUSED_TOKEN'))
);
CREATE INDEX session_user_idx ON outlay.session (user_id);
CREATE INDEX session_revoked_idx ON outlay.session (revoked_at) WHERE revoked_at IS NOT NULL;

-- All refresh tokens issued for a session, hashed. Reuse of a token ends the session.
CREATE TABLE outlay.refresh_token (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES outlay.session ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
);
CREATE INDEX refresh_token_session_idx ON outlay.refresh_token (session_id);

-- The Ed25519 keys of access tokens. The newest key signs; all keys verify.
CREATE TABLE outlay.signing_key (
    id text PRIMARY KEY,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
