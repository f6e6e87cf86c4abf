-- expense-list.sql with the count for `totalCount` in the same statement: all data that the document selects.
SELECT e.id, e.spent_on, e.merchant, e.description, e.status, e.version, e.amount, e.currency,
       m.display_name, md.name AS member_department, c.name AS category,
       b.year, b.month, bd.name AS budget_department,
       (SELECT count(*) FROM "{tenant}".expense WHERE status = 'SUBMITTED') AS total_count
FROM (SELECT * FROM "{tenant}".expense
      WHERE status = 'SUBMITTED' ORDER BY spent_on DESC, id DESC LIMIT 21) AS e
JOIN "{tenant}".member AS m ON m.id = e.member_id
LEFT JOIN "{tenant}".department AS md ON md.id = m.department_id
LEFT JOIN "{tenant}".category AS c ON c.id = e.category_id
LEFT JOIN "{tenant}".budget AS b ON b.id = e.budget_id
LEFT JOIN "{tenant}".department AS bd ON bd.id = b.department_id
ORDER BY e.spent_on DESC, e.id DESC;
