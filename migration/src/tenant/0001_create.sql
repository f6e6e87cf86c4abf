-- The tables of one organization. The placeholder schema is replaced by the tenant's quoted schema.
-- Enumerations are text with CHECK, never a type of the schema, and the type of a column never changes in place:
-- cached plans must stay valid while tenants of two versions are served.

CREATE SCHEMA "{tenant}";

-- The organization's rules; always exactly one row.
CREATE TABLE "{tenant}".settings (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    over_budget text NOT NULL DEFAULT 'ALLOW' CHECK (over_budget IN ('ALLOW', 'BLOCK')),
    fiscal_year_start smallint NOT NULL DEFAULT 1 CHECK (fiscal_year_start BETWEEN 1 AND 12)
);
INSERT INTO "{tenant}".settings DEFAULT VALUES;

CREATE TABLE "{tenant}".department (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    parent_id uuid REFERENCES "{tenant}".department,
    head_id uuid,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX department_name_key ON "{tenant}".department (lower(name));

CREATE TABLE "{tenant}".member (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL UNIQUE,
    email text NOT NULL,
    display_name text NOT NULL,
    role text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'FINANCE', 'APPROVER', 'MEMBER', 'VIEWER')),
    status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'DEACTIVATED')),
    department_id uuid REFERENCES "{tenant}".department,
    manager_id uuid REFERENCES "{tenant}".member,
    employee_id text UNIQUE,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX member_name_idx ON "{tenant}".member (display_name, id);
CREATE INDEX member_department_idx ON "{tenant}".member (department_id);

ALTER TABLE "{tenant}".department
    ADD CONSTRAINT department_head_id_fkey FOREIGN KEY (head_id) REFERENCES "{tenant}".member;

CREATE TABLE "{tenant}".invitation (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    role text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'FINANCE', 'APPROVER', 'MEMBER', 'VIEWER')),
    department_id uuid REFERENCES "{tenant}".department,
    invited_by uuid NOT NULL REFERENCES "{tenant}".member,
    status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'ACCEPTED', 'REVOKED')),
    expires_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX invitation_pending_email_key ON "{tenant}".invitation (email) WHERE status = 'PENDING';

CREATE TABLE "{tenant}".category (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX category_name_key ON "{tenant}".category (lower(name));

CREATE TABLE "{tenant}".account (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    opening_balance numeric(19, 4) NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX account_name_key ON "{tenant}".account (lower(name));

CREATE TABLE "{tenant}".budget (
    id uuid PRIMARY KEY,
    department_id uuid NOT NULL REFERENCES "{tenant}".department,
    category_id uuid REFERENCES "{tenant}".category,
    account_id uuid NOT NULL REFERENCES "{tenant}".account,
    year smallint NOT NULL CHECK (year BETWEEN 1900 AND 2199),
    month smallint NOT NULL CHECK (month BETWEEN 1 AND 12),
    amount numeric(19, 4) NOT NULL CHECK (amount >= 0),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX budget_period_key ON "{tenant}".budget
    (department_id, year, month, coalesce(category_id, '00000000-0000-0000-0000-000000000000'));
CREATE INDEX budget_order_idx ON "{tenant}".budget (year, month, id);
CREATE INDEX budget_account_idx ON "{tenant}".budget (account_id);
CREATE INDEX budget_category_idx ON "{tenant}".budget (category_id);

CREATE TABLE "{tenant}".import (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL REFERENCES "{tenant}".member,
    file_name text NOT NULL,
    file_hash bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('CHECKED', 'COMPLETED', 'FAILED')),
    repeated boolean NOT NULL DEFAULT false,
    currency text NOT NULL,
    total_rows bigint NOT NULL,
    imported_rows bigint NOT NULL,
    skipped_rows bigint NOT NULL,
    amount numeric(19, 4) NOT NULL,
    problems jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now()
);
-- Rejects a second import of the same file, also a concurrent one, unless the caller allows the repeat.
CREATE UNIQUE INDEX import_file_key ON "{tenant}".import (file_hash) WHERE status = 'COMPLETED' AND NOT repeated;

CREATE TABLE "{tenant}".expense (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL REFERENCES "{tenant}".member,
    department_id uuid REFERENCES "{tenant}".department,
    category_id uuid REFERENCES "{tenant}".category,
    budget_id uuid REFERENCES "{tenant}".budget,
    spent_on date NOT NULL,
    merchant text NOT NULL,
    description text NOT NULL DEFAULT '',
    reference text,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount numeric(19, 4) NOT NULL,
    rate numeric(19, 9) NOT NULL DEFAULT 1 CHECK (rate > 0),
    base_amount numeric(19, 4) NOT NULL,
    status text NOT NULL DEFAULT 'DRAFT'
        CHECK (status IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'REIMBURSED', 'VOIDED')),
    submitted_at timestamptz,
    decided_at timestamptz,
    decided_by uuid REFERENCES "{tenant}".member,
    decision_reason text,
    import_id uuid REFERENCES "{tenant}".import,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
-- Indexes for keyset pagination by spent_on, for the whole list and for each filter that narrows it.
CREATE INDEX expense_spent_on_idx ON "{tenant}".expense (spent_on, id);
CREATE INDEX expense_status_idx ON "{tenant}".expense (status, spent_on, id);
CREATE INDEX expense_member_idx ON "{tenant}".expense (member_id, spent_on, id);
CREATE INDEX expense_budget_idx ON "{tenant}".expense (budget_id) INCLUDE (status, base_amount);
CREATE INDEX expense_department_idx ON "{tenant}".expense (department_id, spent_on, id);
CREATE INDEX expense_category_idx ON "{tenant}".expense (category_id, spent_on, id);
CREATE INDEX expense_import_idx ON "{tenant}".expense (import_id) WHERE import_id IS NOT NULL;

-- The audit trail: one event for each write (member, action, time, row), inserted in the transaction of the write.
CREATE TABLE "{tenant}".audit_event (
    id uuid PRIMARY KEY,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    member_id uuid,
    action text NOT NULL,
    subject_id uuid NOT NULL,
    version integer,
    changes jsonb NOT NULL DEFAULT '{}',
    request_id text
);
CREATE INDEX audit_event_subject_idx ON "{tenant}".audit_event (subject_id, id);

-- The result to return for a repeated request: the row that the first request created.
CREATE TABLE "{tenant}".idempotency_key (
    member_id uuid NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    result_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, operation, key)
);
