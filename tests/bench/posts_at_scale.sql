-- Fills an empty database with %(posts)s posts as a year of crawling would leave them: texts of some eighty words, one
-- post in ten edited once, all newest versions scored, three in a hundred flagged. Run as the owner; nothing is sealed.
insert into source (source_id, title, kind, platform, file_digest)
select 'nguon-' || n, 'Nguồn Mẫu ' || n, 'forum', 'forum', sha256(n::text::bytea) from generate_series(1, 20) n;

insert into model (model_id, file_digest, manifest) values ('recruitment-risk-0001', sha256('m'), '{}');
insert into promotion (model_id, reason) values ('recruitment-risk-0001', 'measured');
insert into threshold (model_id, value, reason) values ('recruitment-risk-0001', 0.5, 'measured');

create temporary table wording as
select n, string_agg('từ' || w, ' ' order by at) as masked, to_tsvector('simple', string_agg('tu' || w, ' ')) as search
from generate_series(1, 2000) n
-- Words of a text are drawn as in life: few are in every text, most are rare.
cross join lateral (select at, (power(5000, random()) + 0 * n)::integer as w from generate_series(1, 80) at) words
group by n;

insert into post (platform, external_digest, source_id, host, posted_at, posted_precision, first_seen_at, last_seen_at,
                  updated_at)
select 'forum', sha256(n::text::bytea), 'nguon-' || (1 + floor(20 * power(random(), 2)))::integer, 'dien-dan.mau.example',
       t.at, 'minute', t.at, t.at, t.at
from generate_series(1, %(posts)s::integer) n
cross join lateral (select timestamptz '2026-01-01' + n * interval '30 days' / %(posts)s::integer as at) t;

insert into capture (post_id, captured_at, text_digest)
select post_id, first_seen_at, sha256(post_id::text::bytea) from post
union all
select post_id, last_seen_at, sha256(post_id::text::bytea) from post where post_id %% 10 = 0;

insert into post_version (capture_id, post_id, number, masked_title, masked_text, search)
select c.capture_id, c.post_id, row_number() over (partition by c.post_id order by c.capture_id), '', w.masked,
       w.search || to_tsvector('simple', 'tin' || c.post_id)
from capture c join wording w on w.n = 1 + c.post_id %% 2000;

insert into score (capture_id, model_id, score, risk, role, roles, exploitation, destination, reasons)
select v.capture_id, 'recruitment-risk-0001', r.risk, case when r.risk >= 0.5 then 3 else 0 end,
       (array['recruiter', 'seeker', 'other', 'other', 'other', 'warning'])[1 + floor(6 * r.share)::integer]::post_role,
       jsonb_build_object('recruiter', 0.91, 'seeker', 0.03, 'warning', 0.03, 'other', 0.03),
       jsonb_build_object(
           'forced_criminality', case when r.risk >= 0.5 then r.share else 0.01 end, 'sexual_exploitation', 0.02,
           'forced_labour', case when r.risk >= 0.4 then 1 - r.share else 0.01 end, 'forced_marriage', 0.02,
           'illegal_adoption', 0.01, 'organ_removal', case when v.post_id %% 40000 = 0 then 0.9 else 0.01 end,
           'surrogacy', 0.01, 'smuggling', 0.03, 'broker_recruitment', 0.02),
       case when r.risk >= 0.5 then array['KH'] when v.post_id %% 50000 = 0 then array['PH'] else '{}' end,
       jsonb_build_array(jsonb_build_object('start', 0, 'end', 6, 'weight', 1.3))
from post_version v
cross join lateral (select power(random(), 6) + 0 * v.capture_id as risk, random() + 0 * v.capture_id as share) r
where v.number = (select max(number) from post_version w where w.post_id = v.post_id);

insert into finding (score_id, code, start_at, end_at, weight)
select score_id, code, 0, 6, 1.3 from score cross join unnest(array['unrealistic_pay', 'vague_offer']) code
where score >= 0.5;

insert into flag (post_id, score_id, reason, threshold_id)
select c.post_id, s.score_id, 'threshold', 1 from score s join capture c using (capture_id) where s.score >= 0.83;

update post set flagged = true where post_id in (select post_id from flag);

analyze;
