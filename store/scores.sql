-- name: register_model
-- Remember a model by its id; the same id with other bytes is refused by the caller.
insert into model (model_id, file_digest, manifest)
values (%(model_id)s::text, %(file_digest)s::bytea, %(manifest)s::jsonb)
on conflict (model_id) do nothing;

-- name: model_digest
-- The hash of a registered model's file.
select file_digest from model where model_id = %(model_id)s::text;

-- name: promote
-- Make a model the current one, with the reason.
insert into promotion (model_id, reason) values (%(model_id)s::text, %(reason)s::text);

-- name: current_model
-- The model promoted last.
select model_id from promotion order by promotion_id desc limit 1;

-- name: set_threshold
-- Set a model's threshold from now on, with the reason.
insert into threshold (model_id, value, reason)
values (%(model_id)s::text, %(value)s::double precision, %(reason)s::text)
returning threshold_id;

-- name: current_threshold
-- A model's threshold in force.
select threshold_id, value, reason, set_at from threshold
where model_id = %(model_id)s::text order by threshold_id desc limit 1;

-- name: claim_unscored
-- Newest versions that the model has not scored, locked for this transaction; others skip them.
select v.capture_id, v.post_id, v.masked_text
from post_version v
where v.masked_text is not null
  and v.number = (select max(number) from post_version w where w.post_id = v.post_id)
  and not exists (select 1 from score s where s.capture_id = v.capture_id and s.model_id = %(model_id)s::text)
order by v.capture_id desc
limit %(limit)s::integer
for update of v skip locked;

-- name: insert_scores
-- Keep scores; one that is there already stays.
insert into score (capture_id, model_id, score, risk, role, roles, exploitation, destination, out_of_scope, reasons, stage)
select n.capture_id, %(model_id)s::text, n.score, n.risk, n.role, n.roles, n.exploitation,
       array(select jsonb_array_elements_text(n.destination)), n.out_of_scope, n.reasons, n.stage
from unnest(%(captures)s::bigint[], %(scores)s::double precision[], %(risks)s::smallint[], %(roles_named)s::post_role[],
            %(roles)s::jsonb[], %(exploitation)s::jsonb[], %(destinations)s::jsonb[], %(out_of_scope)s::out_of_scope[],
            %(reasons)s::jsonb[], %(stages)s::smallint[])
  as n (capture_id, score, risk, role, roles, exploitation, destination, out_of_scope, reasons, stage)
on conflict (capture_id, model_id) do nothing
returning score_id, capture_id;

-- name: insert_findings
-- Keep the indicators seen, with their spans.
insert into finding (score_id, code, start_at, end_at, weight)
select * from unnest(%(scores)s::bigint[], %(codes)s::text[], %(starts)s::integer[], %(ends)s::integer[],
                     %(weights)s::double precision[])
on conflict do nothing;

-- name: raise_flags
-- Ask people to read: scores at or above the threshold, and a random audit sample of the rest.
with raised as (
    insert into flag (post_id, score_id, reason, threshold_id, possible_minor)
    select c.post_id, s.score_id, wanted.reason, t.threshold_id,
           exists (select 1 from finding f where f.score_id = s.score_id and f.code = 'targets_minor')
    from score s
    join capture c using (capture_id)
    join post p on p.post_id = c.post_id and p.erased_at is null
    join post_version v on v.capture_id = s.capture_id
    cross join (select threshold_id, value from threshold where threshold_id = %(threshold_id)s::bigint) t
    cross join lateral (
        select case
            when s.out_of_scope is null and s.score >= t.value then 'threshold'::flag_reason
            -- The sample is drawn by a hash with a secret salt: a task that runs twice draws the same posts.
            when (('x' || substr(md5(%(salt)s::text || s.capture_id::text), 1, 8))::bit(32)::bigint)
                 < %(audit_share)s::double precision * 4294967296 then 'audit_sample'::flag_reason
        end as reason
    ) wanted
    where s.model_id = %(model_id)s::text
      and wanted.reason is not null
      and s.score_id = any(%(scores)s::bigint[])
      and v.number = (select max(number) from post_version w where w.post_id = c.post_id)
    on conflict do nothing
    returning flag_id, post_id, reason::text as reason
), told as (
    -- In the order of ids, like every writer of posts, so that two batches never wait for each other. Only what partners
    -- see counts as a change: who stands in the audit sample is none of it.
    update post set updated_at = now(), flagged = true where post_id in (
        select p.post_id from raised join post p using (post_id) where raised.reason = 'threshold'
        order by p.post_id for update of p)
)
select flag_id, reason from raised;

-- name: touch_scored
-- Move the time of change of scored and flagged posts, so that partners who pull increments hear of it.
update post set updated_at = now()
where post_id in (
    select p.post_id from post p join capture c using (post_id)
    where c.capture_id = any(%(captures)s::bigint[])
    order by p.post_id
    for update of p
);
