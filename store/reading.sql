-- name: begin_reading
-- The moment before which every change is visible: transactions that write still date back to when they began. Parallel
-- plans are off for this transaction: they read far ahead of the few rows a page holds.
select least(statement_timestamp(), min(xact_start)) as settled_until,
       set_config('max_parallel_workers_per_gather', '0', true) as parallel
from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();

-- name: posts
-- A page of posts for partners in the order they changed, newest version and the current model's score of each.
with page as materialized (
    select p.post_id, v.capture_id, s.score_id
    from post p
    join post_version v on v.post_id = p.post_id
    left join score s on s.capture_id = v.capture_id and s.model_id = %(model_id)s::text
    where p.erased_at is null
      and not exists (select 1 from post_version w where w.post_id = v.post_id and w.number > v.number)
      and (%(after_time)s::timestamptz is null
           or (p.updated_at, p.post_id) > (%(after_time)s::timestamptz, %(after_id)s::bigint))
      and (%(since)s::timestamptz is null or p.updated_at >= %(since)s::timestamptz)
      and (%(until)s::timestamptz is null or p.updated_at < %(until)s::timestamptz)
      and (%(source_id)s::text is null or p.source_id = %(source_id)s::text)
      and (%(flagged)s::boolean is null or p.flagged = %(flagged)s::boolean)
      and (%(min_score)s::double precision is null or s.score >= %(min_score)s::double precision)
      and (%(role)s::post_role is null or s.role = %(role)s::post_role)
      and (%(exploitation)s::text is null
           or jsonb_path_query_array(s.exploitation, '$.keyvalue() ? (@.value >= 0.5).key') ? %(exploitation)s::text)
      and (%(destination)s::text is null or s.destination @> array[%(destination)s::text])
      and (%(query)s::text is null or v.search @@ plainto_tsquery('simple', %(query)s::text))
    order by p.updated_at, p.post_id
    limit %(limit)s::integer
)
select p.post_id, p.platform::text as platform, p.source_id, p.host, p.posted_at,
       p.posted_precision::text as posted_precision, p.first_seen_at, p.last_seen_at, p.updated_at, p.deleted_at, p.flagged,
       v.number as version, v.masked_title, v.masked_text, s.score_id, s.score, s.risk, s.role::text as role, s.roles,
       s.exploitation, s.destination, s.out_of_scope::text as out_of_scope, s.reasons, s.model_id, s.scored_at,
       exists (select 1 from flag f where f.score_id = s.score_id and f.reason = 'threshold') as flag
from page
join post p on p.post_id = page.post_id
join post_version v on v.capture_id = page.capture_id
left join score s on s.score_id = page.score_id
order by p.updated_at, p.post_id;

-- name: post
-- One post with its newest version and the current model's score.
select p.post_id, p.platform::text as platform, p.source_id, p.host, p.posted_at,
       p.posted_precision::text as posted_precision, p.first_seen_at, p.last_seen_at, p.updated_at, p.deleted_at, p.flagged,
       v.number as version, v.masked_title, v.masked_text, s.score_id, s.score, s.risk, s.role::text as role, s.roles,
       s.exploitation, s.destination, s.out_of_scope::text as out_of_scope, s.reasons, s.model_id, s.scored_at,
       exists (select 1 from flag f where f.score_id = s.score_id and f.reason = 'threshold') as flag
from post p
join post_version v on v.post_id = p.post_id
left join score s on s.capture_id = v.capture_id and s.model_id = %(model_id)s::text
where p.post_id = %(post_id)s::bigint and p.erased_at is null
order by v.number desc
limit 1;

-- name: findings
-- The indicators seen for these scores.
select score_id, code, start_at, end_at, weight from finding
where score_id = any(%(scores)s::bigint[]) order by score_id, start_at, end_at, code;

-- name: contact_kinds
-- Which kinds of contact the newest version of a post holds, and where; never what they say.
select m.start_at, m.end_at, m.in_title, ct.kind::text as kind, ct.contact_id
from contact_mention m join contact ct using (contact_id)
where m.capture_id = (select max(capture_id) from capture where post_id = %(post_id)s::bigint)
order by m.in_title, m.start_at;

-- name: summary
-- How much is stored and flagged by the current model.
select (select count(*) from post where erased_at is null) as posts,
       (select count(*) from post_version) as versions,
       (select count(*) from contact_mention) as contacts,
       (select count(*) from score where model_id = %(model_id)s::text) as scored,
       (select count(*) from flag where reason = 'threshold') as flagged,
       (select count(*) from flag where reason = 'audit_sample') as audit_sample,
       (select count(*) from flag where state <> 'closed') as waiting;

-- name: flagged_types
-- How many flags point to each exploitation type.
select e.key as exploitation, count(*) as flags
from flag f join score s using (score_id), jsonb_each_text(s.exploitation) e
where f.reason = 'threshold' and e.value::double precision >= 0.5
group by e.key order by flags desc, e.key;

-- name: ready
-- Say whether the newest table is there: the database answers and is migrated.
select to_regclass('public.audit') is not null as migrated;
