-- name: models
-- Registered models, newest first, with their latest promotion and the threshold in force.
select m.model_id, m.registered_at, p.promoted_at, p.reason, t.value as threshold,
       (select count(*) from score s where s.model_id = m.model_id) as scores
from model m
left join lateral (select * from promotion where model_id = m.model_id order by promotion_id desc limit 1) p on true
left join lateral (select * from threshold where model_id = m.model_id order by threshold_id desc limit 1) t on true
order by m.registered_at desc, m.model_id;

-- name: model_before
-- The model that was current before the current one.
select model_id from promotion
where model_id <> (select model_id from promotion order by promotion_id desc limit 1)
order by promotion_id desc limit 1;
