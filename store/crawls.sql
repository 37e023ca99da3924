-- name: put_source
-- Mirror a source file; a changed file changes the row.
insert into source (source_id, title, kind, platform, file_digest, enabled, revisit_after, min_posts, max_wall_share)
values (%(source_id)s::text, %(title)s::text, %(kind)s::source_kind, %(platform)s::platform, %(file_digest)s::bytea,
        %(enabled)s::boolean, %(revisit_after)s::interval, %(min_posts)s::integer, %(max_wall_share)s::double precision)
on conflict (source_id) do update set
    title = excluded.title, kind = excluded.kind, platform = excluded.platform, file_digest = excluded.file_digest,
    enabled = excluded.enabled, revisit_after = excluded.revisit_after, min_posts = excluded.min_posts,
    max_wall_share = excluded.max_wall_share
where source is distinct from excluded;

-- name: sources
-- List sources with their last crawl run.
select s.source_id, s.title, s.kind::text as kind, s.platform::text as platform, s.enabled, s.next_run_at,
       r.crawl_run_id, r.state::text as state, r.started_at, r.ended_at, r.pages, r.posts_seen, r.posts_new,
       r.posts_changed, r.reason
from source s
left join lateral (
    select * from crawl_run where source_id = s.source_id order by crawl_run_id desc limit 1
) r on true
order by s.source_id;

-- name: due_sources
-- Sources whose next crawl run is due and that nobody crawls now.
select source_id from source s
where enabled and kind in ('job_board', 'forum', 'group') and next_run_at <= now()
  and not exists (select 1 from crawl_run r where r.source_id = s.source_id and r.state = 'running'
                  and r.started_at > now() - interval '6 hours')
order by next_run_at;

-- name: start_run
-- Begin a crawl run and push the source's next one into the future.
with later as (
    update source set next_run_at = now() + revisit_after where source_id = %(source_id)s::text
)
insert into crawl_run (source_id) values (%(source_id)s::text) returning crawl_run_id;

-- name: interrupt_runs
-- Close runs of a source that ended without a word: their program was killed.
update crawl_run set state = 'interrupted', ended_at = now(), reason = 'the crawl ended without a word'
where source_id = %(source_id)s::text and state = 'running' and crawl_run_id <> %(except_id)s::bigint
  and not exists (
    select 1 from pg_locks l
    where l.locktype = 'advisory' and l.classid = %(class)s::integer::oid
      and l.objid = mod(crawl_run_id, 2147483647)::integer::oid
      and l.database = (select oid from pg_database where datname = current_database()));

-- name: standing_posts
-- How many posts of a source are known and not deleted.
select count(*) as posts from post where source_id = %(source_id)s::text and deleted_at is null;

-- name: count_run
-- Add what some pages yielded to their run.
update crawl_run set pages = pages + %(pages)s::integer, posts_seen = posts_seen + %(seen)s::integer,
    posts_new = posts_new + %(new)s::integer, posts_changed = posts_changed + %(changed)s::integer
where crawl_run_id = %(crawl_run_id)s::bigint;

-- name: end_run
-- Write how a run ended; a run that has ended stays as it ended.
update crawl_run set state = %(state)s::run_state, ended_at = now(), reason = %(reason)s::text
where crawl_run_id = %(crawl_run_id)s::bigint and state = 'running';

-- name: run
-- Show one crawl run.
select crawl_run_id, source_id, state::text as state, started_at, ended_at, pages, posts_seen, posts_new,
       posts_changed, reason
from crawl_run where crawl_run_id = %(crawl_run_id)s::bigint;

-- name: newest_run
-- The newest crawl run of a source.
select crawl_run_id, source_id, state::text as state, started_at, ended_at, pages, posts_seen, posts_new,
       posts_changed, reason
from crawl_run where source_id = %(source_id)s::text order by crawl_run_id desc limit 1;

-- name: outcome_mix
-- Count a run's fetches by outcome.
select outcome::text as outcome, count(*) as fetches from fetch_outcome
where crawl_run_id = %(crawl_run_id)s::bigint group by outcome order by outcome;

-- name: insert_fetches
-- Store how fetches ended.
insert into fetch_outcome (crawl_run_id, address_id, page_id, outcome, status, bytes, milliseconds, reason)
select %(crawl_run_id)s::bigint, n.address_id, n.page_id, n.outcome, n.status, n.bytes, n.milliseconds, n.reason
from unnest(%(addresses)s::bigint[], %(pages)s::bigint[], %(outcomes)s::outcome[], %(statuses)s::integer[],
            %(bytes)s::bigint[], %(milliseconds)s::integer[], %(reasons)s::text[])
  as n (address_id, page_id, outcome, status, bytes, milliseconds, reason);

-- name: open_import
-- Begin an import file or find it as it was left.
insert into import_file (source_id, file_digest) values (%(source_id)s::text, %(file_digest)s::bytea)
on conflict (source_id, file_digest) do update set source_id = excluded.source_id
returning import_file_id, state::text as state, byte_offset, rows_read, posts_new, posts_changed, rows_rejected;

-- name: advance_import
-- Note how far an import file has been read, in the transaction that stores its posts.
update import_file set byte_offset = %(byte_offset)s::bigint, rows_read = rows_read + %(rows)s::integer,
    posts_new = posts_new + %(new)s::integer, posts_changed = posts_changed + %(changed)s::integer,
    rows_rejected = rows_rejected + %(rejected)s::integer
where import_file_id = %(import_file_id)s::bigint;

-- name: end_import
-- Write how an import ended.
update import_file set state = %(state)s::run_state, ended_at = now()
where import_file_id = %(import_file_id)s::bigint and state = 'running';

-- name: hold_run
-- Hold a crawl run by a lock that the server frees the moment its holder dies.
select pg_try_advisory_lock(%(class)s::integer, %(run)s::integer) as held;
