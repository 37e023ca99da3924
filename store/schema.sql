-- The whole life of a post in PostgreSQL: for readers. Machines use migrations/; a test proves that both agree.
-- Reading order: sources and crawling, posts and captures, contacts and seals, scores and flags, reviews, people, audit.
-- What a post says in clear is always the masked text; originals, addresses, authors and contacts are sealed
-- bytes under a data key of their own, found again only through keyed digests.

create type platform as enum ('facebook', 'telegram', 'zalo', 'tiktok', 'forum', 'job_board', 'other');
create type source_kind as enum ('job_board', 'forum', 'group', 'import', 'tip');
create type run_state as enum ('running', 'finished', 'failed', 'interrupted');
create type address_kind as enum ('list', 'detail');
create type address_state as enum ('queued', 'leased', 'done', 'failed');
create type outcome as enum ('ok', 'not-modified', 'empty', 'login-wall', 'blocked', 'gone', 'too-big', 'robots',
    'unsafe-address', 'error');
create type time_precision as enum ('second', 'minute', 'hour', 'day', 'week', 'month', 'year');
create type contact_kind as enum ('phone', 'email', 'zalo', 'telegram', 'facebook', 'wechat', 'line', 'whatsapp',
    'url', 'bank_account', 'id_number');
create type post_role as enum ('recruiter', 'seeker', 'warning', 'other');
create type exploitation as enum ('forced_criminality', 'sexual_exploitation', 'forced_labour', 'forced_marriage',
    'illegal_adoption', 'organ_removal', 'surrogacy', 'smuggling', 'broker_recruitment');
create type out_of_scope as enum ('language', 'empty', 'length');
create type flag_state as enum ('open', 'taken', 'closed');
create type flag_reason as enum ('threshold', 'audit_sample');
create type verdict as enum ('refer', 'dismiss', 'unsure', 'escalate');
create type review_end as enum ('decided', 'released', 'expired');
create type account_role as enum ('investigator', 'analyst', 'lead', 'admin');

-- ── Seals ──────────────────────────────────────────────────────────────────────────────────────────────────

create table data_key (
    data_key_id bigint generated always as identity primary key,
    master_key_id text not null,
    wrapped bytea not null,
    created_at timestamptz not null default now(),
    constraint data_key_is_wrapped check (octet_length(wrapped) = 60) -- 12 nonce + 32 key + 16 tag: never a bare key.
);

-- ── Sources and crawling ───────────────────────────────────────────────────────────────────────────────────

create table source (
    source_id text primary key,
    title text not null,
    kind source_kind not null,
    platform platform not null,
    file_digest bytea not null,
    enabled boolean not null default true,
    revisit_after interval not null default '1 day',
    min_posts integer not null default 0,
    max_wall_share double precision not null default 0.2,
    next_run_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint source_id_is_a_slug check (source_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'), -- It stands in URLs and file names.
    constraint source_expects_no_less_than_zero check (min_posts >= 0), -- A negative expectation could never break.
    constraint source_wall_share_is_a_share check (max_wall_share between 0 and 1) -- Shares are compared with shares.
);

create table crawl_run (
    crawl_run_id bigint generated always as identity primary key,
    source_id text not null references source,
    state run_state not null default 'running',
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    pages integer not null default 0,
    posts_seen integer not null default 0,
    posts_new integer not null default 0,
    posts_changed integer not null default 0,
    reason text not null default '',
    constraint crawl_run_ends_once check ((state = 'running') = (ended_at is null)) -- A run that ended says when.
);
create index crawl_run_by_source on crawl_run (source_id, started_at desc);

create table import_file (
    import_file_id bigint generated always as identity primary key,
    source_id text not null references source,
    file_digest bytea not null,
    state run_state not null default 'running',
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    byte_offset bigint not null default 0,
    rows_read integer not null default 0,
    posts_new integer not null default 0,
    posts_changed integer not null default 0,
    rows_rejected integer not null default 0,
    constraint import_file_once unique (source_id, file_digest), -- The same file twice adds nothing.
    constraint import_file_ends_once check ((state = 'running') = (ended_at is null)) -- As for crawl runs.
);

create table frontier (
    address_id bigint generated always as identity primary key,
    source_id text not null references source,
    fingerprint bytea not null,
    kind address_kind not null,
    host text not null,
    data_key_id bigint references data_key on delete set null,
    sealed_address bytea not null,
    state address_state not null default 'queued',
    priority integer not null default 0,
    attempts integer not null default 0,
    lease_token bigint not null default 0,
    lease_until timestamptz,
    lease_run_id bigint references crawl_run,
    next_at timestamptz not null default now(),
    etag text,
    last_modified text,
    content_hash bytea,
    found_at timestamptz not null default now(),
    constraint frontier_address_once unique (source_id, fingerprint), -- One row an address, however often it is found.
    constraint frontier_lease_has_an_end check ((state = 'leased') = (lease_until is not null)) -- No lease for ever.
);
create index frontier_due on frontier (source_id, priority desc, next_at) where state <> 'failed';

create table host_pace (
    host text primary key,
    free_at timestamptz not null default now(),
    parked_until timestamptz,
    reason text not null default ''
);

create table page (
    page_id bigint generated always as identity primary key,
    crawl_run_id bigint references crawl_run,
    evidence_name text not null unique,
    payload_digest bytea not null,
    sealed_digest bytea not null,
    sealed_bytes bigint not null,
    stored_at timestamptz not null default now(),
    constraint page_digests_are_sha256 check (octet_length(payload_digest) = 32 and octet_length(sealed_digest) = 32)
    -- A digest of another length was made by something else than our writer.
);

create table fetch_outcome (
    fetch_outcome_id bigint generated always as identity primary key,
    crawl_run_id bigint not null references crawl_run,
    address_id bigint references frontier on delete set null,
    page_id bigint references page on delete set null,
    outcome outcome not null,
    status integer,
    bytes bigint not null default 0,
    milliseconds integer not null default 0,
    reason text not null default '',
    fetched_at timestamptz not null default now()
);
create index fetch_outcome_by_run on fetch_outcome (crawl_run_id, outcome);

-- ── Posts ──────────────────────────────────────────────────────────────────────────────────────────────────

create table actor (
    actor_id bigint generated always as identity primary key,
    platform platform not null,
    digest bytea not null,
    first_seen_at timestamptz not null default now(),
    constraint actor_once unique (platform, digest) -- Whoever a post presents as its poster, as a keyed digest.
);

create table post (
    post_id bigint generated always as identity primary key,
    platform platform not null,
    external_digest bytea not null,
    source_id text not null references source,
    host text not null default '',
    actor_id bigint references actor,
    data_key_id bigint references data_key on delete set null,
    posted_at timestamptz,
    posted_precision time_precision,
    edited_at timestamptz,
    expires_at timestamptz,
    truncated boolean not null default false,
    flagged boolean not null default false,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    erased_at timestamptz,
    constraint post_once unique (platform, external_digest), -- Crawled, imported or handed in: one post.
    constraint post_time_has_a_precision check ((posted_at is null) = (posted_precision is null)), -- Never a false second.
    constraint post_seen_in_order check (first_seen_at <= last_seen_at) -- A clock that ran back is a fault, not a fact.
);
create index post_by_update on post (updated_at, post_id);
create index post_by_source on post (source_id, updated_at, post_id);
create index post_flagged on post (updated_at, post_id) where flagged;
create index post_by_retention on post (last_seen_at) where erased_at is null;

create table capture (
    capture_id bigint generated always as identity primary key,
    post_id bigint not null references post,
    crawl_run_id bigint references crawl_run,
    import_file_id bigint references import_file,
    captured_at timestamptz not null,
    text_digest bytea not null,
    text_notes text[] not null default '{}',
    removed integer not null default 0
);
create index capture_by_post on capture (post_id, capture_id desc);

create table post_version (
    capture_id bigint primary key references capture,
    post_id bigint not null references post,
    number integer not null,
    masked_title text,
    masked_text text,
    search tsvector,
    created_at timestamptz not null default now(),
    constraint post_version_numbered unique (post_id, number), -- 1, 2, 3 in the order we saw them.
    constraint post_version_counts_from_one check (number >= 1) -- As people count.
);
create index post_version_search on post_version using gin (search);

create table original (
    capture_id bigint primary key references capture,
    sealed bytea not null
);

create table page_post (
    page_id bigint not null references page on delete cascade,
    post_id bigint not null references post,
    capture_id bigint references capture,
    primary key (page_id, post_id)
);
create index page_post_by_post on page_post (post_id);

-- ── Contacts ───────────────────────────────────────────────────────────────────────────────────────────────

create table contact (
    contact_id bigint generated always as identity primary key,
    kind contact_kind not null,
    digest bytea not null,
    first_seen_at timestamptz not null default now(),
    constraint contact_once unique (kind, digest) -- The same number in any spelling is one contact.
);

create table contact_mention (
    capture_id bigint not null references capture,
    start_at integer not null,
    end_at integer not null,
    in_title boolean not null default false,
    contact_id bigint not null references contact,
    sealed bytea not null,
    primary key (capture_id, in_title, start_at),
    constraint contact_mention_spans_something check (0 <= start_at and start_at < end_at) -- Code points, end exclusive.
);
create index contact_mention_by_contact on contact_mention (contact_id);

-- ── Models and scores ──────────────────────────────────────────────────────────────────────────────────────

create table model (
    model_id text primary key,
    file_digest bytea not null,
    manifest jsonb not null,
    registered_at timestamptz not null default now()
);

create table promotion (
    promotion_id bigint generated always as identity primary key,
    model_id text not null references model,
    reason text not null,
    promoted_at timestamptz not null default now(),
    constraint promotion_says_why check (reason <> '') -- Changing what people read needs a reason.
);

create table threshold (
    threshold_id bigint generated always as identity primary key,
    model_id text not null references model,
    value double precision not null,
    reason text not null,
    set_at timestamptz not null default now(),
    constraint threshold_is_a_probability check (value > 0 and value < 1), -- 0 would flag everything, 1 nothing.
    constraint threshold_says_why check (reason <> '') -- It decides what people read: it needs a reason.
);

create table score (
    score_id bigint generated always as identity primary key,
    capture_id bigint not null references capture,
    model_id text not null references model,
    score double precision not null,
    risk smallint not null,
    role post_role not null,
    roles jsonb not null,
    exploitation jsonb not null,
    destination text[] not null default '{}',
    out_of_scope out_of_scope,
    reasons jsonb not null default '[]',
    stage smallint not null default 2,
    scored_at timestamptz not null default now(),
    constraint score_once_by_a_model unique (capture_id, model_id), -- Stored once, never recomputed for display.
    constraint score_is_a_probability check (score between 0 and 1), -- Calibrated probability.
    constraint score_risk_is_a_level check (risk between 0 and 3) -- The codebook's four levels.
);
create index score_by_model on score (model_id, score desc);
create index score_by_destination on score using gin (destination);
create index score_by_exploitation on score
    using gin (jsonb_path_query_array(exploitation, '$.keyvalue() ? (@.value >= 0.5).key'));

create table finding (
    score_id bigint not null references score on delete cascade,
    code text not null,
    start_at integer not null,
    end_at integer not null,
    weight double precision not null,
    primary key (score_id, code, start_at),
    constraint finding_spans_something check (0 <= start_at and start_at < end_at) -- Code points, end exclusive.
);

-- ── People ─────────────────────────────────────────────────────────────────────────────────────────────────

create table agency (
    agency_id bigint generated always as identity primary key,
    name text not null unique,
    legal_basis text not null,
    created_at timestamptz not null default now(),
    constraint agency_has_a_basis check (legal_basis <> '') -- No access without a lawful ground on record.
);

create table account (
    account_id bigint generated always as identity primary key,
    username text not null unique,
    display_name text not null,
    role account_role not null,
    password_hash text not null,
    must_change_password boolean not null default true,
    locale text not null default 'vi',
    active boolean not null default true,
    failed_sign_ins integer not null default 0,
    wait_until timestamptz,
    created_at timestamptz not null default now(),
    constraint account_username_is_plain check (username ~ '^[a-z0-9._-]{2,40}$'), -- Typed by hand on any keyboard.
    constraint account_locale_known check (locale in ('vi', 'en')) -- The console speaks these two.
);

create table session (
    session_digest bytea primary key,
    account_id bigint not null references account,
    csrf_token text not null,
    created_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    expires_at timestamptz not null
);

create table api_key (
    api_key_id bigint generated always as identity primary key,
    agency_id bigint not null references agency,
    prefix text not null unique,
    digest bytea not null unique,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz,
    constraint api_key_is_for_something check (cardinality(scopes) > 0) -- A key without a scope opens nothing.
);

create table tip (
    tip_id bigint generated always as identity primary key,
    agency_id bigint references agency,
    post_id bigint not null references post,
    identity bytea not null,
    body_digest bytea not null,
    note text not null default '',
    received_at timestamptz not null default now(),
    constraint tip_once unique nulls not distinct (agency_id, identity) -- A tip sent again after a lost answer is one tip.
);

-- ── Flags and reviews ──────────────────────────────────────────────────────────────────────────────────────

create table flag (
    flag_id bigint generated always as identity primary key,
    post_id bigint not null references post,
    score_id bigint not null unique references score,
    reason flag_reason not null,
    threshold_id bigint not null references threshold,
    possible_minor boolean not null default false,
    escalated boolean not null default false,
    state flag_state not null default 'open',
    lease_token bigint not null default 0,
    lease_until timestamptz,
    taken_by bigint references account,
    opened_at timestamptz not null default now(),
    closed_at timestamptz,
    constraint flag_taken_by_somebody check ((state = 'taken') = (taken_by is not null and lease_until is not null)),
    -- Taken means a person and an end; open and closed flags belong to nobody.
    constraint flag_closed_when check ((state = 'closed') = (closed_at is not null)) -- A closed flag says when.
);
create unique index flag_one_alive_a_post on flag (post_id) where state <> 'closed';
create index flag_queue on flag (state, opened_at) where state <> 'closed';

create sequence lease_token as bigint;

create table review (
    review_id bigint generated always as identity primary key,
    flag_id bigint not null references flag,
    account_id bigint not null references account,
    lease_token bigint not null unique,
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    ended review_end,
    constraint review_ends_once check ((ended is null) = (ended_at is null)) -- How and when go together.
);
create index review_by_flag on review (flag_id);

create table decision (
    decision_id bigint generated always as identity primary key,
    flag_id bigint not null references flag,
    review_id bigint not null unique references review, -- One decision a review: a second one is refused.
    account_id bigint not null references account,
    verdict verdict not null,
    reason text not null,
    decided_at timestamptz not null default now(),
    constraint decision_says_why check (length(btrim(reason)) between 3 and 2000) -- A decision without a reason teaches nothing.
);
create index decision_by_flag on decision (flag_id);

create table label (
    label_id bigint generated always as identity primary key,
    capture_id bigint not null references capture,
    account_id bigint not null references account,
    codebook_version integer not null,
    role post_role not null,
    risk smallint not null,
    exploitation exploitation[] not null default '{}',
    indicators jsonb not null default '[]',
    score_visible boolean not null,
    labelled_at timestamptz not null default now(),
    constraint label_risk_is_a_level check (risk between 0 and 3), -- The codebook's four levels.
    constraint label_seekers_and_warnings_are_never_risky check (role not in ('seeker', 'warning') or risk = 0)
    -- Schema rule: whoever looks for help or warns others is never scored as a danger.
);

-- ── Audit ──────────────────────────────────────────────────────────────────────────────────────────────────

create table audit (
    audit_id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    account_id bigint references account,
    agency_id bigint references agency,
    action text not null,
    subject_kind text not null default '',
    subject_id bigint,
    purpose text not null default '',
    facts jsonb not null default '{}',
    previous_hash bytea not null,
    entry_hash bytea not null unique,
    constraint audit_hashes_are_sha256 check (octet_length(previous_hash) = 32 and octet_length(entry_hash) = 32)
    -- Anything else was not written by the chain.
);

-- ── What the service may do: it owns nothing; audit, decision and capture are append-only for it ───────────

grant usage on schema public to riskscan_service;
grant select, insert on all tables in schema public to riskscan_service;
grant usage on all sequences in schema public to riskscan_service;
grant update on source, crawl_run, import_file, frontier, host_pace, post, post_version, flag, review, account,
    agency, session, api_key, model to riskscan_service;
grant update (wrapped, master_key_id) on data_key to riskscan_service;
grant update (last_seen_at) on post to riskscan_service;
grant delete on data_key, original, contact_mention, page, page_post, session, frontier to riskscan_service;
