-- name: keys_of_posts
-- The wrapped keys of these posts, in the order of their ids; an erased post has none.
select p.post_id, k.wrapped, k.master_key_id from post p join data_key k using (data_key_id)
where p.post_id = any(%(posts)s::bigint[]) order by p.post_id;

-- name: insert_page
-- Note a sealed page and the posts that stand on it.
with stored as (
    insert into page (crawl_run_id, evidence_name, payload_digest, sealed_digest, sealed_bytes)
    values (%(crawl_run_id)s::bigint, %(name)s::text, %(payload_digest)s::bytea, %(sealed_digest)s::bytea,
            %(sealed_bytes)s::bigint)
    returning page_id
), members as (
    insert into page_post (page_id, post_id, capture_id)
    select distinct on (n.post_id) stored.page_id, n.post_id, n.capture_id
    from stored, unnest(%(posts)s::bigint[], %(captures)s::bigint[]) as n (post_id, capture_id)
    order by n.post_id, n.capture_id nulls last
)
select page_id from stored;

-- name: page
-- One page with the posts that stand on it.
select p.page_id, p.evidence_name, p.payload_digest, p.sealed_digest,
       (select array_agg(post_id order by post_id) from page_post m where m.page_id = p.page_id) as posts
from page p where p.page_id = %(page_id)s::bigint;

-- name: pages_of_post
-- The pages on which a post stands.
select page_id from page_post where post_id = %(post_id)s::bigint order by page_id;
