-- name: unknown_names
-- Which of these evidence names no page refers to.
select n.name from unnest(%(names)s::text[]) as n (name)
where not exists (select 1 from page where evidence_name = n.name)
order by n.name;
