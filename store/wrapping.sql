-- name: begin_rotation
-- Let one rotation at a time work; the server frees the lock when its holder dies.
select pg_try_advisory_lock(hashtext('riskscan.rotate')) as held;

-- name: company
-- How many other sessions work on this database as our role.
select count(*) as sessions from pg_stat_activity
where datname = current_database() and usename = current_user and pid <> pg_backend_pid();

-- name: wrapped_otherwise
-- Data keys that another master key wraps, locked for this transaction, in the order of their ids.
select data_key_id, wrapped, master_key_id from data_key
where master_key_id <> %(master_key_id)s::text and data_key_id > %(after)s::bigint
order by data_key_id limit %(limit)s::integer
for update;

-- name: rewrap
-- Keep data keys under another master key.
update data_key k set wrapped = n.wrapped, master_key_id = %(master_key_id)s::text
from unnest(%(ids)s::bigint[], %(wrapped)s::bytea[]) as n (data_key_id, wrapped)
where k.data_key_id = n.data_key_id;

-- name: masters_in_use
-- The master keys that wrap data keys, with how many each.
select master_key_id, count(*) as data_keys from data_key group by master_key_id order by master_key_id;
