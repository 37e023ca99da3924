-- name: posts_by_digest
-- Posts that are already known among the given identities, with their newest version, locked against a rival writer.
select p.post_id, p.platform::text as platform, p.external_digest, p.data_key_id, k.wrapped, k.master_key_id,
       p.posted_precision::text as posted_precision, p.erased_at, p.truncated,
       v.number, c.text_digest, coalesce(char_length(v.masked_text), 0) as length
from post p
join unnest(%(platforms)s::platform[], %(digests)s::bytea[]) as wanted (platform, digest)
  on p.platform = wanted.platform and p.external_digest = wanted.digest
left join data_key k using (data_key_id)
left join lateral (
    select number, capture_id, masked_text from post_version where post_id = p.post_id order by number desc limit 1
) v on true
left join capture c on c.capture_id = v.capture_id
order by p.post_id
for update of p;

-- name: reserve_keys
-- Take ids for new data keys, so that a sealed value can name its row before the row is written.
select nextval(pg_get_serial_sequence('data_key', 'data_key_id')) as id from generate_series(1, %(count)s::integer);

-- name: reserve_captures
-- Take ids for new captures.
select nextval(pg_get_serial_sequence('capture', 'capture_id')) as id from generate_series(1, %(count)s::integer);

-- name: insert_keys
-- Keep wrapped data keys under ids taken before.
insert into data_key (data_key_id, master_key_id, wrapped) overriding system value
select * from unnest(%(ids)s::bigint[], %(masters)s::text[], %(wrapped)s::bytea[]);

-- name: delete_keys
-- Drop data keys that lost a race for their post and protect nothing.
delete from data_key where data_key_id = any(%(ids)s::bigint[]);

-- name: insert_actors
-- Remember whoever these posts present as their poster, once each.
insert into actor (platform, digest)
select distinct * from unnest(%(platforms)s::platform[], %(digests)s::bytea[])
on conflict (platform, digest) do nothing;

-- name: actors_by_digest
-- Find the ids of posters by their digests.
select actor_id, a.platform::text as platform, a.digest from actor a
join unnest(%(platforms)s::platform[], %(digests)s::bytea[]) as wanted (platform, digest)
  on a.platform = wanted.platform and a.digest = wanted.digest;

-- name: insert_posts
-- Write new posts; one that a rival wrote first is left out of the answer.
insert into post (platform, external_digest, source_id, host, actor_id, data_key_id, posted_at, posted_precision,
                  edited_at, expires_at, truncated, first_seen_at, last_seen_at)
select n.platform, n.digest, %(source_id)s::text, n.host, n.actor_id, n.data_key_id, n.posted_at, n.posted_precision,
       n.edited_at, n.expires_at, n.truncated, n.seen_at, n.seen_at
from unnest(%(platforms)s::platform[], %(digests)s::bytea[], %(hosts)s::text[], %(actors)s::bigint[],
            %(keys)s::bigint[], %(posted)s::timestamptz[], %(precisions)s::time_precision[],
            %(edited)s::timestamptz[], %(expires)s::timestamptz[], %(truncated)s::boolean[], %(seen)s::timestamptz[])
  as n (platform, digest, host, actor_id, data_key_id, posted_at, posted_precision, edited_at, expires_at, truncated,
        seen_at)
on conflict (platform, external_digest) do nothing
returning post_id, platform::text as platform, external_digest;

-- name: touch_posts
-- Note that known posts were seen again; a changed post also takes its new facts, a coarser time never wins.
update post p set
    last_seen_at = greatest(p.last_seen_at, n.seen_at),
    updated_at = case when n.changed then now() else p.updated_at end,
    truncated = case when n.changed then n.truncated else p.truncated end,
    edited_at = coalesce(n.edited_at, p.edited_at),
    expires_at = coalesce(n.expires_at, p.expires_at),
    posted_at = case when n.finer then n.posted_at else p.posted_at end,
    posted_precision = case when n.finer then n.posted_precision else p.posted_precision end
from unnest(%(posts)s::bigint[], %(seen)s::timestamptz[], %(changed)s::boolean[], %(truncated)s::boolean[],
            %(edited)s::timestamptz[], %(expires)s::timestamptz[], %(finer)s::boolean[], %(posted)s::timestamptz[],
            %(precisions)s::time_precision[])
  as n (post_id, seen_at, changed, truncated, edited_at, expires_at, finer, posted_at, posted_precision)
where p.post_id = n.post_id;

-- name: insert_captures
-- Keep what was seen of each post, under ids taken before.
insert into capture (capture_id, post_id, crawl_run_id, import_file_id, captured_at, text_digest, text_notes, removed)
overriding system value
select n.capture_id, n.post_id, %(crawl_run_id)s::bigint, %(import_file_id)s::bigint, n.captured_at, n.text_digest,
       coalesce(string_to_array(nullif(n.notes, ''), ','), '{}'), n.removed
from (select capture_id, post_id, captured_at, text_digest, coalesce(notes, '') as notes, removed
      from unnest(%(captures)s::bigint[], %(posts)s::bigint[], %(captured)s::timestamptz[], %(digests)s::bytea[],
                  %(notes)s::text[], %(removed)s::integer[])
        as raw (capture_id, post_id, captured_at, text_digest, notes, removed)) n;

-- name: insert_versions
-- Keep the masked texts and their search columns.
insert into post_version (capture_id, post_id, number, masked_title, masked_text, search)
select n.capture_id, n.post_id, n.number, n.title, n.text, to_tsvector('simple', n.folded)
from unnest(%(captures)s::bigint[], %(posts)s::bigint[], %(numbers)s::integer[], %(titles)s::text[],
            %(texts)s::text[], %(folded)s::text[])
  as n (capture_id, post_id, number, title, text, folded);

-- name: insert_originals
-- Keep the sealed originals.
insert into original (capture_id, sealed)
select * from unnest(%(captures)s::bigint[], %(sealed)s::bytea[]);

-- name: insert_contacts
-- Remember contacts by digest, once each.
insert into contact (kind, digest)
select distinct * from unnest(%(kinds)s::contact_kind[], %(digests)s::bytea[])
on conflict (kind, digest) do nothing;

-- name: insert_mentions
-- Keep where each contact stands in a capture, its spelling sealed.
insert into contact_mention (capture_id, start_at, end_at, in_title, contact_id, sealed)
select n.capture_id, n.start_at, n.end_at, n.in_title, c.contact_id, n.sealed
from unnest(%(captures)s::bigint[], %(starts)s::integer[], %(ends)s::integer[], %(in_title)s::boolean[],
            %(kinds)s::contact_kind[], %(digests)s::bytea[], %(sealed)s::bytea[])
  as n (capture_id, start_at, end_at, in_title, kind, digest, sealed)
join contact c on c.kind = n.kind and c.digest = n.digest;

-- name: mark_deleted
-- Note that the place itself says these posts are gone (a tombstone or its own page).
update post set deleted_at = coalesce(deleted_at, %(at)s::timestamptz), updated_at = now()
where platform = %(platform)s::platform and external_digest = any(%(digests)s::bytea[]) and deleted_at is null
returning post_id;

-- name: sealed_original
-- Fetch a capture's sealed original with the key that opens it.
select o.sealed, p.post_id, k.wrapped, k.master_key_id
from original o
join capture c using (capture_id)
join post p using (post_id)
join data_key k using (data_key_id)
where o.capture_id = %(capture_id)s::bigint;

-- name: sealed_mentions
-- Fetch the sealed contacts of a capture with the key that opens them.
select m.start_at, m.end_at, m.in_title, ct.kind::text as kind, m.sealed, k.wrapped, k.master_key_id
from contact_mention m
join contact ct using (contact_id)
join capture c using (capture_id)
join post p using (post_id)
join data_key k using (data_key_id)
where m.capture_id = %(capture_id)s::bigint
order by m.in_title, m.start_at;
