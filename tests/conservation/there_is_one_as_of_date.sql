-- Guards every scalar subquery on the day: more than one row would fail late, none would empty
-- the segments.
select count(*) as n_rows
from {{ ref('int_activity__as_of_date') }}
having count(*) <> 1
