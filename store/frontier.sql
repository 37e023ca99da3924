-- name: insert_keys
-- Keep the wrapped data keys of addresses under ids taken before.
insert into data_key (data_key_id, master_key_id, wrapped) overriding system value
select * from unnest(%(ids)s::bigint[], %(masters)s::text[], %(wrapped)s::bytea[]);

-- name: known_addresses
-- Fingerprints of a source that are already on the frontier.
select fingerprint from frontier
where source_id = %(source_id)s::text and fingerprint = any(%(fingerprints)s::bytea[]);

-- name: insert_addresses
-- Queue new addresses; one that is known already is left as it stands.
insert into frontier (source_id, fingerprint, kind, host, data_key_id, sealed_address, priority)
select %(source_id)s::text, n.fingerprint, n.kind, n.host, n.data_key_id, n.sealed, n.priority
from unnest(%(fingerprints)s::bytea[], %(kinds)s::address_kind[], %(hosts)s::text[], %(keys)s::bigint[],
            %(sealed)s::bytea[], %(priorities)s::integer[])
  as n (fingerprint, kind, host, data_key_id, sealed, priority)
on conflict (source_id, fingerprint) do nothing
returning address_id, data_key_id;

-- name: delete_keys
-- Drop keys of addresses that a rival queued first.
delete from data_key where data_key_id = any(%(ids)s::bigint[]);

-- name: wake_addresses
-- Make these addresses due now, unless somebody holds them.
update frontier set state = 'queued', next_at = now(), attempts = 0
where source_id = %(source_id)s::text and fingerprint = any(%(fingerprints)s::bytea[]) and state <> 'leased';

-- name: lease_addresses
-- Take due addresses of a source, none of a parked host, none that somebody else holds; expiry is judged here.
update frontier f set state = 'leased', attempts = f.attempts + 1, lease_token = nextval('lease_token'),
    lease_until = now() + make_interval(secs => %(seconds)s::double precision), lease_run_id = %(crawl_run_id)s::bigint
from (
    select address_id from frontier q
    where source_id = %(source_id)s::text
      and ((state in ('queued', 'done') and next_at <= now()) or (state = 'leased' and lease_until < now()))
      and not exists (select 1 from host_pace h where h.host = q.host and h.parked_until > now())
    order by priority desc, next_at, address_id
    limit %(limit)s::integer
    for update skip locked
) due
where f.address_id = due.address_id
returning f.address_id, f.kind::text as kind, f.host, f.sealed_address, f.fingerprint, f.lease_token, f.attempts, f.etag,
          f.last_modified, f.content_hash, f.priority,
          (select wrapped from data_key k where k.data_key_id = f.data_key_id) as wrapped,
          (select master_key_id from data_key k where k.data_key_id = f.data_key_id) as master_key_id;

-- name: finish_address
-- Mark a leased address done, in the transaction that stores its posts; a lost lease changes nothing.
update frontier set state = 'done', lease_until = null, attempts = 0,
    next_at = now() + make_interval(secs => %(seconds)s::double precision),
    etag = coalesce(%(etag)s::text, etag), last_modified = coalesce(%(last_modified)s::text, last_modified),
    content_hash = coalesce(%(content_hash)s::bytea, content_hash)
where address_id = %(address_id)s::bigint and state = 'leased' and lease_token = %(token)s::bigint
returning address_id;

-- name: return_address
-- Give a leased address back to be tried again later.
update frontier set state = 'queued', lease_until = null,
    next_at = now() + make_interval(secs => %(seconds)s::double precision)
where address_id = %(address_id)s::bigint and state = 'leased' and lease_token = %(token)s::bigint
returning address_id;

-- name: fail_address
-- Give an address up: gone, unsafe, forbidden, or failed too often.
update frontier set state = 'failed', lease_until = null
where address_id = %(address_id)s::bigint and state = 'leased' and lease_token = %(token)s::bigint
returning address_id;

-- name: unfinished
-- Count addresses of a source that are due or held.
select count(*) as unfinished from frontier
where source_id = %(source_id)s::text
  and (state = 'leased' or (state in ('queued', 'done') and next_at <= now()));

-- name: park_host
-- Ask a host nothing before a time, for every process and machine.
insert into host_pace (host, parked_until, reason)
values (%(host)s::text, now() + make_interval(secs => %(seconds)s::double precision), %(reason)s::text)
on conflict (host) do update set
    parked_until = greatest(host_pace.parked_until, excluded.parked_until), reason = excluded.reason;

-- name: next_turn
-- Take the next moment at which a host may be asked; answers how many seconds to wait until then.
insert into host_pace (host, free_at)
values (%(host)s::text, clock_timestamp() + make_interval(secs => %(delay)s::double precision))
on conflict (host) do update set
    free_at = greatest(host_pace.free_at, clock_timestamp()) + make_interval(secs => %(delay)s::double precision)
returning greatest(0, extract(epoch from free_at - clock_timestamp()) - %(delay)s::double precision)::double precision
    as wait;

-- name: free_dead_leases
-- Give back addresses whose crawl run nobody holds any more: its process was killed.
update frontier set state = 'queued', lease_until = null
where source_id = %(source_id)s::text and state = 'leased' and not exists (
    select 1 from pg_locks l
    where l.locktype = 'advisory' and l.classid = %(class)s::integer::oid
      and l.objid = mod(lease_run_id, 2147483647)::integer::oid
      and l.database = (select oid from pg_database where datname = current_database()))
returning address_id;

-- name: soonest
-- How many seconds until the next queued or leased address of a source is due; null when none waits.
select extract(epoch from min(greatest(next_at, coalesce(lease_until, next_at))) - now())::double precision as seconds
from frontier where source_id = %(source_id)s::text and state in ('queued', 'leased');
