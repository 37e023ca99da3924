-- name: due
-- Posts whose time is over: unflagged, or dismissed; a post with a live or referred flag stays.
select p.post_id, case when bool_or(f.flag_id is not null) then 'dismissed' else 'unflagged' end as ground
from post p
left join flag f on f.post_id = p.post_id
where p.erased_at is null
group by p.post_id
having (
    not bool_or(f.flag_id is not null) and p.last_seen_at < %(unflagged_before)s::timestamptz
) or (
    bool_and(f.state = 'closed') and max(f.closed_at) < %(dismissed_before)s::timestamptz
    and p.last_seen_at < %(unflagged_before)s::timestamptz
    and not exists (select 1 from decision d join flag g using (flag_id)
                    where g.post_id = p.post_id and d.verdict in ('refer', 'escalate'))
)
order by p.post_id
limit %(limit)s::integer;

-- name: lock_posts
-- Lock posts before they are erased; ones erased meanwhile or held by a writer are left out.
select post_id, data_key_id from post
where post_id = any(%(posts)s::bigint[]) and erased_at is null
order by post_id
for update skip locked;

-- name: pages
-- The evidence of these posts: a page with an erased post on it cannot be read any more and goes as a whole.
delete from page where page_id in (select page_id from page_post where post_id = any(%(posts)s::bigint[]))
returning evidence_name;

-- name: erase_mentions
-- Drop the sealed contacts.
delete from contact_mention where capture_id in
    (select capture_id from capture where post_id = any(%(posts)s::bigint[]));

-- name: erase_originals
-- Drop the sealed originals.
delete from original where capture_id in (select capture_id from capture where post_id = any(%(posts)s::bigint[]));

-- name: erase_texts
-- Empty the masked texts and their search columns.
update post_version set masked_title = null, masked_text = null, search = null
where post_id = any(%(posts)s::bigint[]);

-- name: mark_erased
-- Say that the posts are erased and let go of their keys and posters.
update post set erased_at = %(at)s::timestamptz, data_key_id = null, actor_id = null, updated_at = now()
where post_id = any(%(posts)s::bigint[]);

-- name: delete_keys
-- Delete the wrapped keys: from here on no copy of the originals can be opened.
delete from data_key where data_key_id = any(%(keys)s::bigint[]);
