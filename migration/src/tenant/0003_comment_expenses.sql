-- Comments of expenses. They are deleted with their expense.
CREATE TABLE "{tenant}".expense_comment (
    id uuid PRIMARY KEY,
    expense_id uuid NOT NULL REFERENCES "{tenant}".expense ON DELETE CASCADE,
    author_id uuid NOT NULL REFERENCES "{tenant}".member,
    text text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX expense_comment_expense_idx ON "{tenant}".expense_comment (expense_id, created_at, id);
