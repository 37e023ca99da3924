-- name: keys_of_posts
-- The wrapped keys of these posts, in the order of their ids; an erased post has none.
select p.post_id, k.wrapped, k.master_key_id from post p join data_key k using (data_key_id)
where p.post_id = any(%(posts)s::bigint[]) order by p.post_id;

-- name: insert_pages
-- Note sealed pages.
insert into page (crawl_run_id, evidence_name, payload_digest, sealed_digest, sealed_bytes)
select %(crawl_run_id)s::bigint, n.name, n.payload_digest, n.sealed_digest, n.sealed_bytes
from unnest(%(names)s::text[], %(payload_digests)s::bytea[], %(sealed_digests)s::bytea[], %(sealed_bytes)s::bigint[])
  as n (name, payload_digest, sealed_digest, sealed_bytes)
returning page_id, evidence_name;

-- name: insert_members
-- Note the posts that stand on pages, each once a page.
insert into page_post (page_id, post_id, capture_id)
select distinct on (n.page_id, n.post_id) n.page_id, n.post_id, n.capture_id
from unnest(%(pages)s::bigint[], %(posts)s::bigint[], %(captures)s::bigint[]) as n (page_id, post_id, capture_id)
order by n.page_id, n.post_id, n.capture_id nulls last;

-- name: page
-- One page with the posts that stand on it.
select p.page_id, p.evidence_name, p.payload_digest, p.sealed_digest,
       (select array_agg(post_id order by post_id) from page_post m where m.page_id = p.page_id) as posts
from page p where p.page_id = %(page_id)s::bigint;

-- name: pages_of_post
-- The pages on which a post stands.
select page_id from page_post where post_id = %(post_id)s::bigint order by page_id;
