-- name: lock_chain
-- One writer at a time appends to the chain.
select pg_advisory_xact_lock(hashtext('riskscan.audit'));

-- name: last_hash
-- The hash of the newest entry.
select entry_hash from audit order by audit_id desc limit 1;

-- name: insert_entry
-- Append one entry.
insert into audit (at, account_id, agency_id, action, subject_kind, subject_id, purpose, facts, previous_hash, entry_hash)
values (%(at)s::timestamptz, %(account_id)s::bigint, %(agency_id)s::bigint, %(action)s::text, %(subject_kind)s::text,
        %(subject_id)s::bigint, %(purpose)s::text, %(facts)s::jsonb, %(previous_hash)s::bytea, %(entry_hash)s::bytea)
returning audit_id;

-- name: entries
-- Entries after a given one, in order.
select audit_id, at, account_id, agency_id, action, subject_kind, subject_id, purpose, facts, previous_hash, entry_hash
from audit where audit_id > %(after)s::bigint order by audit_id limit %(limit)s::integer;
