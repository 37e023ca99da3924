-- name: data_directory
-- The folder the answering server works in: proof that it is ours.
select current_setting('data_directory') as data_directory;

-- name: database_is_ready
-- Whether the roles and the database are complete: the database's own grants are set last, so they stand for all of it.
select datname from pg_database where datname = 'riskscan' and datacl is not null;

-- name: database_exists
-- Whether the database is there; CREATE DATABASE has no IF NOT EXISTS.
select datname from pg_database where datname = 'riskscan';

-- name: create_roles
-- The role that owns and migrates the schema, and the role every program works as, which can own and bypass nothing.
do $$
begin
  if not exists (select from pg_roles where rolname = 'riskscan_owner') then
    create role riskscan_owner;
  end if;
  if not exists (select from pg_roles where rolname = 'riskscan_service') then
    create role riskscan_service;
  end if;
end
$$;

-- name: set_owner
-- The owner's rights and password (a SCRAM verifier, never the password itself).
alter role riskscan_owner with login nosuperuser nobypassrls nocreatedb nocreaterole noreplication
  password %(verifier)s;

-- name: set_service
-- The service role's rights and password (a SCRAM verifier, never the password itself).
alter role riskscan_service with login nosuperuser nobypassrls nocreatedb nocreaterole noreplication
  password %(verifier)s;

-- name: create_database
-- The application's database.
create database riskscan owner riskscan_owner;

-- name: close_other_databases
-- Nobody but the superuser has business in the maintenance database.
revoke all on database postgres from public;

-- name: close_database
-- Only our two roles enter the database; temporary tables would escape the schema's rules.
revoke all on database riskscan from public;

-- name: open_database
-- The service role may enter; its rights inside come from the migrations.
grant connect on database riskscan to riskscan_service;
