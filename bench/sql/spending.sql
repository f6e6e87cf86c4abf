-- The sums of `documents/spending.graphql`: one year by category and month. Names are joined to the groups, not to the
-- rows. Without the cast to timestamp, date_trunc uses the session's time zone, which costs a third more.
SELECT g.month, c.name, g.count, g.total
FROM (SELECT category_id, date_trunc('month', spent_on::timestamp)::date AS month, count(*) AS count, sum(base_amount) AS total
      FROM "{tenant}".expense
      WHERE spent_on BETWEEN '2025-01-01' AND '2025-12-31'
      GROUP BY 1, 2) AS g
LEFT JOIN "{tenant}".category AS c ON c.id = g.category_id
ORDER BY g.total DESC;
