-- name: add_account
-- Open a sign-in for a person.
insert into account (username, display_name, role, password_hash, must_change_password, locale)
values (%(username)s::text, %(display_name)s::text, %(role)s::account_role, %(password_hash)s::text,
        %(must_change)s::boolean, %(locale)s::text)
on conflict (username) do nothing
returning account_id;

-- name: account_by_name
-- Find an account for signing in.
select account_id, username, display_name, role::text as role, password_hash, must_change_password, locale, active,
       failed_sign_ins, wait_until, coalesce(wait_until > now(), false) as waiting
from account where username = %(username)s::text;

-- name: accounts
-- List accounts; never their password hashes.
select account_id, username, display_name, role::text as role, active, locale, created_at from account order by username;

-- name: set_password
-- Change a password; a one-time password ends here.
update account set password_hash = %(password_hash)s::text, must_change_password = %(must_change)s::boolean,
    failed_sign_ins = 0, wait_until = null
where account_id = %(account_id)s::bigint;

-- name: set_locale
-- Remember the language a person reads.
update account set locale = %(locale)s::text where account_id = %(account_id)s::bigint;

-- name: set_active
-- Open or close an account.
update account set active = %(active)s::boolean where account_id = %(account_id)s::bigint;

-- name: sign_in_failed
-- Count a wrong password; after five, each further one makes the account wait longer, at most a quarter of an hour.
update account set failed_sign_ins = failed_sign_ins + 1,
    wait_until = case when failed_sign_ins >= 4
        then now() + least(interval '15 minutes', interval '5 seconds' * power(2, failed_sign_ins - 4)) end
where account_id = %(account_id)s::bigint;

-- name: sign_in_succeeded
-- Forget wrong passwords.
update account set failed_sign_ins = 0, wait_until = null where account_id = %(account_id)s::bigint;

-- name: start_session
-- Begin a session, known by the digest of its cookie only.
insert into session (session_digest, account_id, csrf_token, expires_at)
values (%(digest)s::bytea, %(account_id)s::bigint, %(csrf_token)s::text,
        now() + make_interval(secs => %(seconds)s::double precision));

-- name: session
-- The session and account behind a cookie.
select s.csrf_token, s.expires_at, a.account_id, a.username, a.display_name, a.role::text as role, a.locale,
       a.must_change_password
from session s join account a using (account_id)
where s.session_digest = %(digest)s::bytea and s.expires_at > now() and a.active
  and s.seen_at > now() - make_interval(secs => %(idle_seconds)s::double precision);

-- name: see_session
-- Note that a session is in use.
update session set seen_at = now() where session_digest = %(digest)s::bytea and seen_at < now() - interval '1 minute';

-- name: end_session
-- Sign out.
delete from session where session_digest = %(digest)s::bytea;

-- name: end_sessions
-- Sign an account out everywhere.
delete from session where account_id = %(account_id)s::bigint;

-- name: end_old_sessions
-- Drop sessions that have run out.
delete from session where expires_at < now();

-- name: add_agency
-- Admit a body that may query the API, with its legal basis.
insert into agency (name, legal_basis) values (%(name)s::text, %(legal_basis)s::text)
on conflict (name) do update set legal_basis = excluded.legal_basis
returning agency_id;

-- name: agencies
-- List agencies.
select agency_id, name, legal_basis, created_at from agency order by name;

-- name: add_key
-- Keep a new API key, as a digest only.
insert into api_key (agency_id, prefix, digest, scopes, expires_at)
values (%(agency_id)s::bigint, %(prefix)s::text, %(digest)s::bytea, %(scopes)s::text[], %(expires_at)s::timestamptz)
returning api_key_id;

-- name: key
-- The valid key with this digest.
select k.api_key_id, k.agency_id, k.prefix, k.scopes, k.expires_at, g.name as agency
from api_key k join agency g using (agency_id)
where k.digest = %(digest)s::bytea and k.revoked_at is null and k.expires_at > now();

-- name: use_key
-- Note when a key was last used, at most once a minute.
update api_key set last_used_at = now()
where api_key_id = %(api_key_id)s::bigint and (last_used_at is null or last_used_at < now() - interval '1 minute');

-- name: revoke_key
-- Withdraw a key at once.
update api_key set revoked_at = now() where prefix = %(prefix)s::text and revoked_at is null returning api_key_id;

-- name: keys
-- List keys; never their digests.
select k.api_key_id, g.name as agency, k.prefix, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
from api_key k join agency g using (agency_id) order by k.api_key_id;
