-- The audit trail is the log that live subscriptions read. What was recorded before stays out of it.
-- Added without a default, so that no row is written anew; the defaults are of the rows to come, also of those that a
-- server of the version before inserts.
ALTER TABLE "{tenant}".audit_event ADD COLUMN xact xid8, ADD COLUMN recorded_at timestamptz;
ALTER TABLE "{tenant}".audit_event
    ALTER COLUMN xact SET DEFAULT pg_current_xact_id(),
    -- Not now(), which is when the transaction began: of two writes of one row, the second was recorded later.
    ALTER COLUMN recorded_at SET DEFAULT clock_timestamp();
CREATE INDEX audit_event_xact_idx ON "{tenant}".audit_event (xact);
