-- name: queue
-- Flags that wait to be read, in reading order: escalated, possible minors, then risk, score and age.
select f.flag_id, f.post_id, f.reason::text as reason, f.possible_minor, f.escalated, f.opened_at,
       (f.state = 'taken' and f.lease_until >= now()) as taken, f.taken_by, a.display_name as taken_by_name,
       f.lease_until, s.score, s.risk, s.role::text as role, s.exploitation, s.destination, s.model_id,
       s.out_of_scope::text as out_of_scope,
       t.value as threshold, p.host, p.platform::text as platform, p.source_id, p.posted_at,
       p.posted_precision::text as posted_precision, v.masked_title, left(v.masked_text, 240) as excerpt,
       array(select distinct code from finding n where n.score_id = s.score_id order by code) as codes
from flag f
join score s using (score_id)
join threshold t using (threshold_id)
join post p on p.post_id = f.post_id
join post_version v on v.capture_id = s.capture_id
left join account a on a.account_id = f.taken_by
where f.state <> 'closed' and (not f.escalated or %(lead)s::boolean)
order by f.escalated desc, f.possible_minor desc, (f.reason = 'threshold') desc, s.risk desc, s.score desc,
         f.opened_at, f.flag_id
limit %(limit)s::integer offset %(skip)s::integer;

-- name: queue_size
-- How many flags wait, and how many of them are free.
select count(*) as waiting, count(*) filter (where f.state = 'open' or f.lease_until < now()) as free
from flag f where f.state <> 'closed' and (not f.escalated or %(lead)s::boolean);

-- name: flag
-- One flag with everything a reviewer reads.
select f.flag_id, f.post_id, f.score_id, f.state::text as state, f.reason::text as reason, f.possible_minor,
       f.escalated, f.opened_at, f.closed_at, f.lease_token, f.lease_until, f.taken_by,
       a.display_name as taken_by_name, (f.state = 'taken' and f.lease_until >= now()) as taken,
       s.capture_id, s.score, s.risk, s.role::text as role, s.roles, s.exploitation, s.destination,
       s.out_of_scope::text as out_of_scope, s.reasons, s.model_id, s.scored_at,
       t.value as threshold, t.reason as threshold_reason, t.set_at as threshold_set_at,
       p.host, p.platform::text as platform, p.source_id, p.actor_id, p.posted_at,
       p.posted_precision::text as posted_precision, p.edited_at, p.first_seen_at, p.last_seen_at, p.deleted_at,
       p.truncated, v.number as version, v.masked_title, v.masked_text,
       (select count(*) from post_version w where w.post_id = p.post_id) as versions
from flag f
join score s using (score_id)
join threshold t using (threshold_id)
join post p on p.post_id = f.post_id
join post_version v on v.capture_id = s.capture_id
left join account a on a.account_id = f.taken_by
where f.flag_id = %(flag_id)s::bigint;

-- name: findings
-- The indicators seen for one score, in the order of the text.
select code, start_at, end_at, weight from finding where score_id = %(score_id)s::bigint order by start_at, end_at, code;

-- name: contacts_elsewhere
-- How many other posts share a contact with this post.
select count(distinct c2.post_id) as posts
from capture c1
join contact_mention m1 on m1.capture_id = c1.capture_id
join contact k1 on k1.contact_id = m1.contact_id
join contact k2 on k2.digest = k1.digest
join contact_mention m2 on m2.contact_id = k2.contact_id
join capture c2 on c2.capture_id = m2.capture_id
where c1.post_id = %(post_id)s::bigint and c2.post_id <> %(post_id)s::bigint;

-- name: take_next
-- Take the first free flag in reading order that this account was not unsure about; nobody waits for a rival.
update flag set state = 'taken', taken_by = %(account_id)s::bigint, lease_token = nextval('lease_token'),
    lease_until = now() + make_interval(secs => %(seconds)s::double precision)
where flag_id = (
    select f.flag_id from flag f join score s using (score_id)
    where (f.state = 'open' or (f.state = 'taken' and f.lease_until < now()))
      and (not f.escalated or %(lead)s::boolean)
      and (%(flag_id)s::bigint is null or f.flag_id = %(flag_id)s::bigint)
      and (%(flag_id)s::bigint is not null or not exists (
          select 1 from decision d where d.flag_id = f.flag_id and d.account_id = %(account_id)s::bigint))
    order by f.escalated desc, f.possible_minor desc, (f.reason = 'threshold') desc, s.risk desc, s.score desc,
             f.opened_at, f.flag_id
    limit 1
    for update of f skip locked
)
returning flag_id, lease_token, lease_until;

-- name: expire_reviews
-- Close sittings of a flag whose lease ran out and passed to somebody else.
update review set ended = 'expired', ended_at = now()
where flag_id = %(flag_id)s::bigint and ended is null;

-- name: start_review
-- Begin a sitting under a lease.
insert into review (flag_id, account_id, lease_token)
values (%(flag_id)s::bigint, %(account_id)s::bigint, %(token)s::bigint)
returning review_id;

-- name: extend_lease
-- Keep a lease that is still ours.
update flag set lease_until = now() + make_interval(secs => %(seconds)s::double precision)
where flag_id = %(flag_id)s::bigint and state = 'taken' and lease_token = %(token)s::bigint
  and taken_by = %(account_id)s::bigint
returning lease_until;

-- name: own_lease
-- The lease by which this account holds a flag now.
select f.flag_id, r.review_id, f.lease_token, f.lease_until
from flag f join review r on r.flag_id = f.flag_id and r.lease_token = f.lease_token
where f.flag_id = %(flag_id)s::bigint and f.state = 'taken' and f.taken_by = %(account_id)s::bigint
  and f.lease_until >= now();

-- name: lock_flag
-- Lock one flag before it changes hands or closes.
select state::text as state, lease_token, taken_by from flag where flag_id = %(flag_id)s::bigint for update;

-- name: release_flag
-- Give a flag back to the queue.
update flag set state = 'open', taken_by = null, lease_until = null where flag_id = %(flag_id)s::bigint;

-- name: escalate_flag
-- Pass a flag to a lead.
update flag set state = 'open', taken_by = null, lease_until = null, escalated = true
where flag_id = %(flag_id)s::bigint;

-- name: close_flag
-- Close a decided flag.
update flag set state = 'closed', taken_by = null, lease_until = null, closed_at = now()
where flag_id = %(flag_id)s::bigint;

-- name: end_review
-- End a sitting.
update review set ended = %(ended)s::review_end, ended_at = now()
where flag_id = %(flag_id)s::bigint and lease_token = %(token)s::bigint and ended is null
returning review_id;

-- name: insert_decision
-- Keep a decision; it is never changed.
insert into decision (flag_id, review_id, account_id, verdict, reason)
values (%(flag_id)s::bigint, %(review_id)s::bigint, %(account_id)s::bigint, %(verdict)s::verdict, %(reason)s::text)
returning decision_id;

-- name: decisions
-- The decisions on a flag, oldest first.
select d.decision_id, d.verdict::text as verdict, d.reason, d.decided_at, a.display_name
from decision d join account a using (account_id)
where d.flag_id = %(flag_id)s::bigint order by d.decision_id;
