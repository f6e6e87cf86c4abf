-- The audit trail is also the log that live subscriptions read. Existing events are not part of the log.
-- The columns are added without a default, so that existing rows are not rewritten. The defaults apply to new rows,
-- including those inserted by a server of the previous version.
ALTER TABLE "{tenant}".audit_event ADD COLUMN xact xid8, ADD COLUMN recorded_at timestamptz;
ALTER TABLE "{tenant}".audit_event
    ALTER COLUMN xact SET DEFAULT pg_current_xact_id(),
    -- Not now(), which is the start of the transaction: of two writes of one row, the second must have the later time.
    ALTER COLUMN recorded_at SET DEFAULT clock_timestamp();
CREATE INDEX audit_event_xact_idx ON "{tenant}".audit_event (xact);
