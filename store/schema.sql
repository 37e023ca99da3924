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
    constraint flag_taken_by_somebody check (
        (state = 'taken') = (taken_by is not null) and (state = 'taken') = (lease_until is not null)),
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

-- ── Comments: docs/reference/data-inventory.md is made of them, and explains the words for class, basis and keep ──

comment on table data_key is
    'One key a post or address, wrapped under a master key; deleting the row is erasure; an address keeps its key';
comment on column data_key.data_key_id is 'Our number of the key; '
    'class: operational; basis: not personal; keep: with the post';
comment on column data_key.master_key_id is 'Which master key of the key file wraps it; '
    'class: operational; basis: not personal; keep: with the post';
comment on column data_key.wrapped is 'The key, sealed under the master key: useless without the key file; '
    'class: operational; basis: not personal; keep: with the post';
comment on column data_key.created_at is 'When the key was made; '
    'class: operational; basis: not personal; keep: with the post';

comment on table source is 'A public place we read, mirrored from its source file';
comment on column source.source_id is 'The id its source file gives it; '
    'class: none; basis: not personal; keep: with the database';
comment on column source.title is 'The name people read; '
    'class: none; basis: not personal; keep: with the database';
comment on column source.kind is 'How the source is read; '
    'class: none; basis: not personal; keep: with the database';
comment on column source.platform is 'Which platform its posts stand on; '
    'class: none; basis: not personal; keep: with the database';
comment on column source.file_digest is 'SHA-256 of the source file as last read; '
    'class: none; basis: not personal; keep: with the database';
comment on column source.enabled is 'Whether the worker crawls it on schedule; '
    'class: none; basis: not personal; keep: with the database';
comment on column source.revisit_after is 'Time between two crawl runs; '
    'class: none; basis: not personal; keep: with the database';
comment on column source.min_posts is 'The fewest posts of a healthy crawl run; '
    'class: none; basis: not personal; keep: with the database';
comment on column source.max_wall_share is 'The largest healthy share of walls among visits, 0 to 1; '
    'class: none; basis: not personal; keep: with the database';
comment on column source.next_run_at is 'When the next crawl run is due; '
    'class: operational; basis: not personal; keep: with the database';
comment on column source.created_at is 'When the source was first seen; '
    'class: operational; basis: not personal; keep: with the database';

comment on table crawl_run is 'One pass over one source: start, end, counts and how it ended';
comment on column crawl_run.crawl_run_id is 'Our number of the crawl run; '
    'class: operational; basis: not personal; keep: with the database';
comment on column crawl_run.source_id is 'The source it passed over; '
    'class: operational; basis: not personal; keep: with the database';
comment on column crawl_run.state is 'Whether it runs, finished, failed an expectation or was interrupted; '
    'class: operational; basis: not personal; keep: with the database';
comment on column crawl_run.started_at is 'When it began; '
    'class: operational; basis: not personal; keep: with the database';
comment on column crawl_run.ended_at is 'When it ended; '
    'null: it still runs; class: operational; basis: not personal; keep: with the database';
comment on column crawl_run.pages is 'Addresses visited; '
    'class: operational; basis: not personal; keep: with the database';
comment on column crawl_run.posts_seen is 'Posts seen, repeats included; '
    'class: operational; basis: not personal; keep: with the database';
comment on column crawl_run.posts_new is 'Posts never seen before; '
    'class: operational; basis: not personal; keep: with the database';
comment on column crawl_run.posts_changed is 'Posts whose text had changed; '
    'class: operational; basis: not personal; keep: with the database';
comment on column crawl_run.reason is 'The expectation it broke, or a word for its end; never text of a page; '
    'class: operational; basis: not personal; keep: with the database';

comment on table import_file is 'One export file, known by its hash, and how far it was read';
comment on column import_file.import_file_id is 'Our number of the import; '
    'class: operational; basis: not personal; keep: with the database';
comment on column import_file.source_id is 'The import source that describes the file; '
    'class: operational; basis: not personal; keep: with the database';
comment on column import_file.file_digest is 'SHA-256 of the file: the same file twice adds nothing; '
    'class: operational; basis: not personal; keep: with the database';
comment on column import_file.state is 'Whether it runs, finished, failed or was interrupted; '
    'class: operational; basis: not personal; keep: with the database';
comment on column import_file.started_at is 'When it began; '
    'class: operational; basis: not personal; keep: with the database';
comment on column import_file.ended_at is 'When it ended; '
    'null: it is not finished yet; class: operational; basis: not personal; keep: with the database';
comment on column import_file.byte_offset is 'Where reading goes on after a kill; '
    'class: operational; basis: not personal; keep: with the database';
comment on column import_file.rows_read is 'Rows read so far; '
    'class: operational; basis: not personal; keep: with the database';
comment on column import_file.posts_new is 'Posts never seen before; '
    'class: operational; basis: not personal; keep: with the database';
comment on column import_file.posts_changed is 'Posts whose text had changed; '
    'class: operational; basis: not personal; keep: with the database';
comment on column import_file.rows_rejected is 'Rows that could not be read; the reject file says which; '
    'class: operational; basis: not personal; keep: with the database';

comment on table frontier is 'The addresses to visit of each source, with leases';
comment on column frontier.address_id is 'Our number of the address; '
    'class: operational; basis: not personal; keep: with the database';
comment on column frontier.source_id is 'The source it belongs to; '
    'class: operational; basis: not personal; keep: with the database';
comment on column frontier.fingerprint is 'Keyed digest of source and address, by which it is found again; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the database';
comment on column frontier.kind is 'Whether a list or a single advert or thread is expected there; '
    'class: operational; basis: not personal; keep: with the database';
comment on column frontier.host is 'Host name, for pace and reach; '
    'class: operational; basis: not personal; keep: with the database';
comment on column frontier.data_key_id is 'The key that opens the address; '
    'null: the key was deleted and the address cannot be read any more; class: operational; basis: not personal; keep: with the database';
comment on column frontier.sealed_address is 'The address itself, sealed: it may carry a name or number; '
    'class: personal-sealed; basis: Law 91/2025 and Law 53/2024 art. 3(10); keep: with the database';
comment on column frontier.state is 'Whether it waits, is leased, done, or given up; '
    'class: operational; basis: not personal; keep: with the database';
comment on column frontier.priority is 'Higher goes first; '
    'class: operational; basis: not personal; keep: with the database';
comment on column frontier.attempts is 'Visits tried since it last succeeded; '
    'class: operational; basis: not personal; keep: with the database';
comment on column frontier.lease_token is 'Number of the newest lease; an older one may not write; '
    'class: operational; basis: not personal; keep: with the database';
comment on column frontier.lease_until is 'When the lease ends; '
    'null: nobody holds it; class: operational; basis: not personal; keep: with the database';
comment on column frontier.lease_run_id is 'The crawl run that leased it last; '
    'null: never leased; class: operational; basis: not personal; keep: with the database';
comment on column frontier.next_at is 'When it is due; '
    'class: operational; basis: not personal; keep: with the database';
comment on column frontier.etag is 'ETag of the last answer, to ask politely again; '
    'null: none was sent; class: operational; basis: not personal; keep: with the database';
comment on column frontier.last_modified is 'Last-Modified of the last answer; '
    'null: none was sent; class: operational; basis: not personal; keep: with the database';
comment on column frontier.content_hash is 'SHA-256 of the last body; '
    'null: no body was read yet; class: operational; basis: not personal; keep: with the database';
comment on column frontier.found_at is 'When the address was found; '
    'class: operational; basis: not personal; keep: with the database';

comment on table host_pace is 'When each host may be asked again, for all machines together';
comment on column host_pace.host is 'Host name; '
    'class: operational; basis: not personal; keep: with the database';
comment on column host_pace.free_at is 'The next moment at which it may be asked; '
    'class: operational; basis: not personal; keep: with the database';
comment on column host_pace.parked_until is 'The host asked us to stay away until then; '
    'null: it never did; class: operational; basis: not personal; keep: with the database';
comment on column host_pace.reason is 'Why it is parked; '
    'class: operational; basis: not personal; keep: with the database';

comment on table page is 'One stored response: where its sealed object lies and which bytes it holds';
comment on column page.page_id is 'Our number of the page; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column page.crawl_run_id is 'The crawl run that fetched it; '
    'null: it did not come from a crawl; class: operational; basis: not personal; keep: with the post';
comment on column page.evidence_name is 'Name of the sealed object in the evidence store; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column page.payload_digest is 'SHA-256 of the WARC records before sealing; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column page.sealed_digest is 'SHA-256 of the sealed object; '
    'class: operational; basis: not personal; keep: with the post';
comment on column page.sealed_bytes is 'Length of the sealed object in bytes; '
    'class: operational; basis: not personal; keep: with the post';
comment on column page.stored_at is 'When it was stored; '
    'class: operational; basis: not personal; keep: with the post';

comment on table fetch_outcome is 'How one fetch ended, in one word';
comment on column fetch_outcome.fetch_outcome_id is 'Our number of the fetch; '
    'class: operational; basis: not personal; keep: with the database';
comment on column fetch_outcome.crawl_run_id is 'The crawl run that fetched; '
    'class: operational; basis: not personal; keep: with the database';
comment on column fetch_outcome.address_id is 'The address that was fetched; '
    'null: the address left the frontier; class: operational; basis: not personal; keep: with the database';
comment on column fetch_outcome.page_id is 'The page that was kept; '
    'null: nothing new was on it, or it was erased; class: operational; basis: not personal; keep: with the database';
comment on column fetch_outcome.outcome is 'How it ended; '
    'class: operational; basis: not personal; keep: with the database';
comment on column fetch_outcome.status is 'HTTP status; '
    'null: no answer came; class: operational; basis: not personal; keep: with the database';
comment on column fetch_outcome.bytes is 'Length of the body; '
    'class: operational; basis: not personal; keep: with the database';
comment on column fetch_outcome.milliseconds is 'How long it took; '
    'class: operational; basis: not personal; keep: with the database';
comment on column fetch_outcome.reason is 'A word or the name of a rule; never text of a page; '
    'class: operational; basis: not personal; keep: with the database';
comment on column fetch_outcome.fetched_at is 'When it was fetched; '
    'class: operational; basis: not personal; keep: with the database';

comment on table actor is 'Whoever a post presents as its poster, as a keyed digest; not an identified person';
comment on column actor.actor_id is 'Our number of the actor; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column actor.platform is 'The platform the digest counts for; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column actor.digest is 'Keyed digest of platform, host and the name or id shown; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column actor.first_seen_at is 'When it was first seen; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';

comment on table post is 'One public advert or message, the same thing over time and edits';
comment on column post.post_id is 'Our number of the post; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.platform is 'Where it stands; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.external_digest is
    'Keyed digest of the id its platform gives it: an erased post is known again and stays erased; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.source_id is 'The source that saw it first; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column post.host is 'Host name of its address; the address itself is sealed; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.actor_id is 'Whoever it presents as its poster; '
    'null: it shows no poster, or it was erased; class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column post.data_key_id is 'The key that opens its originals and contacts; '
    'null: it was erased; class: operational; basis: not personal; keep: with the post';
comment on column post.posted_at is 'When it was posted, as its page says; '
    'null: the page gives no time; class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.posted_precision is 'How finely the page gave that time; '
    'null: the page gives no time; class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.edited_at is 'When it was edited, as its page says; '
    'null: the page gives none; class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.expires_at is 'When the advert runs out, as its page says; '
    'null: the page gives none; class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.truncated is 'Whether the text was cut by the page; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column post.flagged is 'Whether a flag was ever raised at the threshold; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.first_seen_at is 'When we saw it first; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column post.last_seen_at is 'When we saw it last; retention counts from here; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column post.updated_at is 'When anything a partner sees changed; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column post.deleted_at is 'When its place said that it is gone; '
    'null: it stood there when last seen; class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column post.erased_at is 'When we erased it; '
    'null: it is not erased; class: operational; basis: not personal; keep: pseudonym stays';

comment on table capture is 'What we saw of a post once, kept only when the text was new; never edited';
comment on column capture.capture_id is 'Our number of the capture; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column capture.post_id is 'The post that was seen; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column capture.crawl_run_id is 'The crawl run that saw it; '
    'null: it was imported or handed in; class: operational; basis: not personal; keep: pseudonym stays';
comment on column capture.import_file_id is 'The import that brought it; '
    'null: it was crawled or handed in; class: operational; basis: not personal; keep: pseudonym stays';
comment on column capture.captured_at is 'When it was seen; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column capture.text_digest is 'Keyed digest of title and text, which tells an edit from a repeat; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column capture.text_notes is 'What intake had to replace or cut; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column capture.removed is 'Code points beyond the cap that were left out; '
    'class: operational; basis: not personal; keep: pseudonym stays';

comment on table post_version is
    'The masked text of each capture, numbered; erasure empties the texts and leaves the row';
comment on column post_version.capture_id is 'The capture it belongs to; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column post_version.post_id is 'The post it belongs to; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column post_version.number is '1, 2, 3 in the order we saw them; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column post_version.masked_title is 'Title with every contact masked; '
    'null: the post was erased; class: personal; basis: Law 91/2025; keep: with the post';
comment on column post_version.masked_text is 'Text with every contact masked, as many code points as the original; '
    'null: the post was erased; class: personal; basis: Law 91/2025; keep: with the post';
comment on column post_version.search is 'Folded words of title and text, for searching; '
    'null: the post was erased; class: personal; basis: Law 91/2025; keep: with the post';
comment on column post_version.created_at is 'When it was stored; '
    'class: operational; basis: not personal; keep: pseudonym stays';

comment on table original is 'The whole post as it came, sealed under the post''s key';
comment on column original.capture_id is 'The capture it belongs to; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column original.sealed is 'Text, title, address, author, channel and page fragment, sealed; '
    'class: personal-sealed; basis: Law 91/2025 and Law 53/2024 art. 3(10); keep: with the post';

comment on table page_post is 'Which posts stand on which page: a page goes when any of its posts is erased';
comment on column page_post.page_id is 'The page; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column page_post.post_id is 'A post that stands on it; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column page_post.capture_id is 'The capture this page gave; '
    'null: the page showed nothing new of this post; class: pseudonymous; basis: Law 91/2025; keep: with the post';

comment on table contact is 'A phone, handle, link or number found in posts, as a keyed digest; not a person';
comment on column contact.contact_id is 'Our number of the contact; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column contact.kind is 'What kind of contact it is; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column contact.digest is 'Keyed digest of its normal form, the same for every spelling; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column contact.first_seen_at is 'When it was first seen; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';

comment on table contact_mention is 'Where a contact stands in a capture, its spelling sealed';
comment on column contact_mention.capture_id is 'The capture it stands in; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column contact_mention.start_at is 'First code point; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column contact_mention.end_at is 'Code point after the last; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column contact_mention.in_title is 'Whether it stands in the title; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column contact_mention.contact_id is 'The contact; '
    'class: pseudonymous; basis: Law 91/2025; keep: with the post';
comment on column contact_mention.sealed is 'Spelling and normal form, sealed under the post''s key; '
    'class: personal-sealed; basis: Law 91/2025 and Law 53/2024 art. 3(10); keep: with the post';

comment on table model is 'A trained artefact, registered by id and hash';
comment on column model.model_id is 'Its id, which is its folder''s name; '
    'class: none; basis: not personal; keep: with the database';
comment on column model.file_digest is 'SHA-256 of the model file; '
    'class: none; basis: not personal; keep: with the database';
comment on column model.manifest is 'Its manifest: hashes, seed, versions, thresholds; no text of any post; '
    'class: none; basis: not personal; keep: with the database';
comment on column model.registered_at is 'When it was registered; '
    'class: none; basis: not personal; keep: with the database';

comment on table promotion is 'Which model opens flags, from when and why; the newest row counts';
comment on column promotion.promotion_id is 'Our number of the promotion; '
    'class: none; basis: not personal; keep: append-only';
comment on column promotion.model_id is 'The model promoted; '
    'class: none; basis: not personal; keep: append-only';
comment on column promotion.reason is 'Why; '
    'class: none; basis: not personal; keep: append-only';
comment on column promotion.promoted_at is 'When; '
    'class: none; basis: not personal; keep: append-only';

comment on table threshold is 'The score at or above which a flag opens, by model; the newest row counts';
comment on column threshold.threshold_id is 'Our number of the threshold; '
    'class: none; basis: not personal; keep: append-only';
comment on column threshold.model_id is 'The model it belongs to; '
    'class: none; basis: not personal; keep: append-only';
comment on column threshold.value is 'The score, between 0 and 1; '
    'class: none; basis: not personal; keep: append-only';
comment on column threshold.reason is 'Why this value; '
    'class: none; basis: not personal; keep: append-only';
comment on column threshold.set_at is 'When it was set; '
    'class: none; basis: not personal; keep: append-only';

comment on table score is 'What one model says of one capture; stored once, never recomputed for display';
comment on column score.score_id is 'Our number of the score; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.capture_id is 'The capture that was scored; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.model_id is 'The model that scored it; '
    'class: none; basis: not personal; keep: pseudonym stays';
comment on column score.score is 'Calibrated probability, 0 to 1, that a trained annotator gives risk 2 or 3; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.risk is 'The model''s own level, 0 to 3; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.role is 'Who seems to speak; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.roles is 'Probability of each role; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.exploitation is 'Probability of each exploitation type; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.destination is 'ISO codes of the places the work is said to be; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.out_of_scope is 'Why the text was not judged; '
    'null: it was judged; class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.reasons is 'Spans with their weight in log-odds; no words; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column score.stage is 'Which stage of the model answered; '
    'class: none; basis: not personal; keep: pseudonym stays';
comment on column score.scored_at is 'When it was scored; '
    'class: operational; basis: not personal; keep: pseudonym stays';

comment on table finding is 'One indicator seen in one capture at one span';
comment on column finding.score_id is 'The score it belongs to; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column finding.code is 'The indicator''s code in the codebook; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column finding.start_at is 'First code point; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column finding.end_at is 'Code point after the last; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column finding.weight is 'Weight in log-odds; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';

comment on table agency is 'A body that may query the API or receive referrals';
comment on column agency.agency_id is 'Our number of the agency; '
    'class: account; basis: public duty; keep: with the database';
comment on column agency.name is 'Its name; '
    'class: account; basis: public duty; keep: with the database';
comment on column agency.legal_basis is 'The lawful ground of its access, as it was agreed; '
    'class: account; basis: public duty; keep: with the database';
comment on column agency.created_at is 'When it was admitted; '
    'class: account; basis: public duty; keep: with the database';

comment on table account is 'A person''s sign-in';
comment on column account.account_id is 'Our number of the account; '
    'class: account; basis: public duty; keep: with the database';
comment on column account.username is 'The name typed at sign-in; '
    'class: account; basis: public duty; keep: with the database';
comment on column account.display_name is 'The name colleagues see; '
    'class: account; basis: public duty; keep: with the database';
comment on column account.role is 'What the account may do: the console''s role, not a post''s; '
    'class: account; basis: public duty; keep: with the database';
comment on column account.password_hash is 'argon2 hash of the password; '
    'class: account; basis: public duty; keep: until replaced';
comment on column account.must_change_password is 'Whether the password is a one-time one; '
    'class: account; basis: public duty; keep: until replaced';
comment on column account.locale is 'Language of the console; '
    'class: account; basis: public duty; keep: until replaced';
comment on column account.active is 'Whether it may sign in; '
    'class: account; basis: public duty; keep: until replaced';
comment on column account.failed_sign_ins is 'Wrong passwords since the last right one; '
    'class: account; basis: public duty; keep: until replaced';
comment on column account.wait_until is 'Until when sign-in waits after wrong passwords; '
    'null: it need not wait; class: account; basis: public duty; keep: until replaced';
comment on column account.created_at is 'When it was opened; '
    'class: account; basis: public duty; keep: with the database';

comment on table session is 'One signed-in browser, known by a digest of its cookie';
comment on column session.session_digest is 'SHA-256 of the cookie; the cookie itself is not stored; '
    'class: account; basis: public duty; keep: until the session ends';
comment on column session.account_id is 'Who signed in; '
    'class: account; basis: public duty; keep: until the session ends';
comment on column session.csrf_token is 'What every form must send back; '
    'class: account; basis: public duty; keep: until the session ends';
comment on column session.created_at is 'When the sign-in took place; '
    'class: account; basis: public duty; keep: until the session ends';
comment on column session.seen_at is 'When it was last used; '
    'class: account; basis: public duty; keep: until the session ends';
comment on column session.expires_at is 'When it ends whatever happens; '
    'class: account; basis: public duty; keep: until the session ends';

comment on table api_key is 'A partner program''s key, kept as a digest';
comment on column api_key.api_key_id is 'Our number of the key; '
    'class: account; basis: public duty; keep: with the database';
comment on column api_key.agency_id is 'The agency it belongs to; '
    'class: account; basis: public duty; keep: with the database';
comment on column api_key.prefix is 'Its first characters, by which people name it; '
    'class: account; basis: public duty; keep: with the database';
comment on column api_key.digest is 'SHA-256 of the key; the key itself is not stored; '
    'class: account; basis: public duty; keep: with the database';
comment on column api_key.scopes is 'What it may do; '
    'class: account; basis: public duty; keep: with the database';
comment on column api_key.created_at is 'When it was made; '
    'class: account; basis: public duty; keep: with the database';
comment on column api_key.expires_at is 'When it ends; '
    'class: account; basis: public duty; keep: with the database';
comment on column api_key.revoked_at is 'When it was withdrawn; '
    'null: it was not withdrawn; class: account; basis: public duty; keep: with the database';
comment on column api_key.last_used_at is 'When it was last used, to the minute; '
    'null: never used; class: account; basis: public duty; keep: with the database';

comment on table tip is 'Who handed a post in, once for each tip however often it is sent';
comment on column tip.tip_id is 'Our number of the tip; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column tip.agency_id is 'The agency that handed it in; '
    'null: one of our own people did; class: account; basis: public duty; keep: pseudonym stays';
comment on column tip.post_id is 'The post it became; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column tip.identity is 'Keyed digest of what makes a repeat the same tip; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column tip.body_digest is 'Keyed digest of everything that was handed in; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column tip.note is 'What was said about it, contacts masked; erasure does not empty it yet; '
    'class: personal; basis: Law 91/2025; keep: with the database';
comment on column tip.received_at is 'When it came; '
    'class: operational; basis: not personal; keep: pseudonym stays';

comment on table flag is 'A request that a person look at a post; not an accusation';
comment on column flag.flag_id is 'Our number of the flag; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column flag.post_id is 'The post to look at; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column flag.score_id is 'The score that raised it; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column flag.reason is 'At the threshold, or drawn for the audit sample; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column flag.threshold_id is 'The threshold in force when it was raised; '
    'class: none; basis: not personal; keep: pseudonym stays';
comment on column flag.possible_minor is 'Whether the text may speak to somebody under 18; '
    'class: personal; basis: Law 91/2025 and Law 53/2024 art. 3(10); keep: pseudonym stays';
comment on column flag.escalated is 'Whether it waits for a lead; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column flag.state is 'Open, taken or closed; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column flag.lease_token is 'Number of the newest lease; an older one may not decide; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column flag.lease_until is 'When the lease ends; '
    'null: nobody holds it; class: operational; basis: not personal; keep: pseudonym stays';
comment on column flag.taken_by is 'Who holds it; '
    'null: nobody holds it; class: account; basis: public duty; keep: pseudonym stays';
comment on column flag.opened_at is 'When it was raised; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column flag.closed_at is 'When it was closed; '
    'null: it is not closed; class: operational; basis: not personal; keep: pseudonym stays';

comment on table review is 'One reviewer''s sitting with one flag, on a lease';
comment on column review.review_id is 'Our number of the sitting; '
    'class: account; basis: public duty; keep: pseudonym stays';
comment on column review.flag_id is 'The flag; '
    'class: account; basis: public duty; keep: pseudonym stays';
comment on column review.account_id is 'The reviewer; '
    'class: account; basis: public duty; keep: pseudonym stays';
comment on column review.lease_token is 'The lease under which it took place; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column review.started_at is 'When it began; '
    'class: account; basis: public duty; keep: pseudonym stays';
comment on column review.ended_at is 'When it ended; '
    'null: it has not ended, or its lease ran out and nobody took the flag since; class: account; basis: public duty; keep: pseudonym stays';
comment on column review.ended is 'How it ended; '
    'null: as for ended_at; class: account; basis: public duty; keep: pseudonym stays';

comment on table decision is 'What a reviewer decided, with the reason; append-only';
comment on column decision.decision_id is 'Our number of the decision; '
    'class: account; basis: public duty; keep: append-only';
comment on column decision.flag_id is 'The flag; '
    'class: pseudonymous; basis: Law 91/2025; keep: append-only';
comment on column decision.review_id is 'The sitting; '
    'class: account; basis: public duty; keep: append-only';
comment on column decision.account_id is 'The reviewer; '
    'class: account; basis: public duty; keep: append-only';
comment on column decision.verdict is 'refer, dismiss, unsure or escalate; '
    'class: personal; basis: Law 91/2025; keep: append-only';
comment on column decision.reason is 'Why, in the reviewer''s words, contacts masked; '
    'class: personal; basis: Law 91/2025; keep: append-only';
comment on column decision.decided_at is 'When; '
    'class: account; basis: public duty; keep: append-only';

comment on table label is 'An annotator''s judgement of a capture, for learning';
comment on column label.label_id is 'Our number of the label; '
    'class: account; basis: public duty; keep: pseudonym stays';
comment on column label.capture_id is 'The capture that was labelled; '
    'class: pseudonymous; basis: Law 91/2025; keep: pseudonym stays';
comment on column label.account_id is 'The annotator; '
    'class: account; basis: public duty; keep: pseudonym stays';
comment on column label.codebook_version is 'The codebook''s version; '
    'class: none; basis: not personal; keep: pseudonym stays';
comment on column label.role is 'Who speaks, in the annotator''s judgement; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column label.risk is 'Level 0 to 3; seekers and warnings are always 0; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column label.exploitation is 'Exploitation types; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column label.indicators is 'Indicator codes with their spans; '
    'class: personal; basis: Law 91/2025; keep: pseudonym stays';
comment on column label.score_visible is 'Whether the annotator saw the model''s score first; '
    'class: operational; basis: not personal; keep: pseudonym stays';
comment on column label.labelled_at is 'When; '
    'class: account; basis: public duty; keep: pseudonym stays';

comment on table audit is 'Who did what to which record and why, each entry hashed over the one before; append-only';
comment on column audit.audit_id is 'Our number of the entry; '
    'class: account; basis: public duty; keep: append-only';
comment on column audit.at is 'When; '
    'class: account; basis: public duty; keep: append-only';
comment on column audit.account_id is 'Who did it; '
    'null: an agency or the program itself did; class: account; basis: public duty; keep: append-only';
comment on column audit.agency_id is 'The agency that did it; '
    'null: an account or the program itself did; class: account; basis: public duty; keep: append-only';
comment on column audit.action is 'What was done, in a fixed word; '
    'class: account; basis: public duty; keep: append-only';
comment on column audit.subject_kind is 'What kind of record it was done to; '
    'class: account; basis: public duty; keep: append-only';
comment on column audit.subject_id is 'Number of that record; '
    'null: it was done to none in particular; class: account; basis: public duty; keep: append-only';
comment on column audit.purpose is 'Why, as the person stated it; '
    'class: account; basis: public duty; keep: append-only';
comment on column audit.facts is 'Counts and ids; no personal detail; '
    'class: account; basis: public duty; keep: append-only';
comment on column audit.previous_hash is 'Hash of the entry before; '
    'class: operational; basis: not personal; keep: append-only';
comment on column audit.entry_hash is 'SHA-256 over this entry and the hash before; '
    'class: operational; basis: not personal; keep: append-only';

-- ── What the service may do: it owns nothing; audit, decision and capture are append-only for it ───────────

grant usage on schema public to riskscan_service;
grant select, insert on all tables in schema public to riskscan_service;
grant usage on all sequences in schema public to riskscan_service;
grant update on source, crawl_run, import_file, frontier, host_pace, post, post_version, flag, review, account,
    agency, session, api_key, model to riskscan_service;
grant update (wrapped, master_key_id) on data_key to riskscan_service;
grant update (last_seen_at) on post to riskscan_service;
grant delete on data_key, original, contact_mention, page, page_post, session, frontier to riskscan_service;
