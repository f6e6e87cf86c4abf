-- The insert of `documents/create-expense.graphql`, with the columns that the server writes and without an audit event.
-- Ids increase with time, as the server's do, so that both append to the right end of the index.
\set department random(1, {departments.count})
\set category random(1, {categories.count})
\set budget random(1, {budgets.count})
\set day random(0, 600)
\set amount random(1, 200)
INSERT INTO "{tenant}".expense
    (id, member_id, department_id, category_id, budget_id, spent_on, merchant, description, currency, amount, rate,
     base_amount, status)
VALUES
    (encode(substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            || substring(uuid_send(gen_random_uuid()) FROM 7), 'hex')::uuid,
     '{owner}', ('{departments}'::uuid[])[:department], ('{categories}'::uuid[])[:category],
     ('{budgets}'::uuid[])[:budget], current_date - :day::integer, 'Corner Bakery', 'Lunch with a customer', '{currency}',
     :amount, 1, :amount, 'DRAFT');
