-- name: tip
-- The tip an agency handed in under this identity.
select tip_id, post_id, body_digest, received_at from tip
where agency_id is not distinct from %(agency_id)s::bigint and identity = %(identity)s::bytea;

-- name: insert_tip
-- Note who handed a post in; a tip that a rival request noted first is left out of the answer.
insert into tip (agency_id, post_id, identity, body_digest, note, received_at)
values (%(agency_id)s::bigint, %(post_id)s::bigint, %(identity)s::bytea, %(body_digest)s::bytea, %(note)s::text,
        %(received_at)s::timestamptz)
on conflict (agency_id, identity) do nothing
returning tip_id, post_id, body_digest, received_at;
