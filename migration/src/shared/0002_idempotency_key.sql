-- The result to return for a repeated request outside any organization. Tenant schemas have their own table of keys.
CREATE TABLE outlay.idempotency_key (
    owner_id uuid NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    result_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, operation, key)
);
