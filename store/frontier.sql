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
-- One look for each priority that occurs: the index then yields what is due first, however much is done already.
with recursive priorities (priority) as (
    (select max(priority) from frontier where source_id = %(source_id)s::text and state <> 'failed')
    union all
    select (select max(f.priority) from frontier f
            where f.source_id = %(source_id)s::text and f.state <> 'failed' and f.priority < p.priority)
    from priorities p where p.priority is not null
), due as (
    select d.address_id
    from priorities p
    cross join lateral (
        select q.address_id from frontier q
        where q.source_id = %(source_id)s::text and q.priority = p.priority and q.next_at <= now()
          and q.state <> 'failed' and (q.state <> 'leased' or q.lease_until < now())
          and not exists (select 1 from host_pace h where h.host = q.host and h.parked_until > now())
        order by q.next_at, q.address_id
        limit %(limit)s::integer
        for update skip locked
    ) d
    where p.priority is not null
    limit %(limit)s::integer
)
update frontier f set state = 'leased', attempts = f.attempts + 1, lease_token = nextval('lease_token'),
    lease_until = now() + make_interval(secs => %(seconds)s::double precision), lease_run_id = %(crawl_run_id)s::bigint
from due
where f.address_id = due.address_id
returning f.address_id, f.kind::text as kind, f.host, f.sealed_address, f.fingerprint, f.lease_token, f.attempts, f.etag,
          f.last_modified, f.content_hash, f.priority,
          (select wrapped from data_key k where k.data_key_id = f.data_key_id) as wrapped,
          (select master_key_id from data_key k where k.data_key_id = f.data_key_id) as master_key_id;

-- name: move_addresses
-- Move leased addresses on, in the transaction that stores what their visits brought; a lost lease changes nothing.
update frontier f set state = n.state, lease_until = null, attempts = n.attempts,
    next_at = now() + make_interval(secs => n.seconds), etag = coalesce(n.etag, f.etag),
    last_modified = coalesce(n.last_modified, f.last_modified), content_hash = coalesce(n.content_hash, f.content_hash)
from unnest(%(addresses)s::bigint[], %(tokens)s::bigint[], %(states)s::address_state[], %(attempts)s::integer[],
            %(seconds)s::double precision[], %(etags)s::text[], %(last_modified)s::text[], %(hashes)s::bytea[])
  as n (address_id, token, state, attempts, seconds, etag, last_modified, content_hash)
where f.address_id = n.address_id and f.state = 'leased' and f.lease_token = n.token
returning f.address_id;

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
-- Take the next moment at which a host may be asked: seconds to wait until then, and for how long it is parked.
insert into host_pace as p (host, free_at)
values (%(host)s::text, clock_timestamp() + make_interval(secs => %(delay)s::double precision))
on conflict (host) do update set
    free_at = greatest(p.free_at, clock_timestamp()) + make_interval(secs => %(delay)s::double precision)
returning greatest(0, extract(epoch from p.free_at - clock_timestamp()) - %(delay)s::double precision)::double precision
    as wait,
    greatest(0, coalesce(extract(epoch from p.parked_until - clock_timestamp()), 0))::double precision as parked;

-- name: parked_hosts
-- Which of these hosts may not be asked now, and for how many seconds.
select host, extract(epoch from parked_until - clock_timestamp())::double precision as seconds
from host_pace where parked_until > clock_timestamp() and host = any(%(hosts)s::text[]);

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
-- How many seconds until a queued address of a source may be asked for, null when none waits, and how many are held.
select extract(epoch from min(greatest(f.next_at, h.parked_until)) filter (where f.state = 'queued') - now())
           ::double precision as seconds,
       count(*) filter (where f.state = 'leased') as held
from frontier f left join host_pace h on h.host = f.host
where f.source_id = %(source_id)s::text and f.state in ('queued', 'leased');
