-- name: service_rights
-- The server's version and what our role may do beyond its duties: nothing is right.
select current_setting('server_version_num')::integer / 10000 as version, current_user::text as role,
       r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication as privileged,
       (select count(*) from pg_class c where c.relowner = r.oid) as owned,
       coalesce((select string_agg(c.relname, ', ' order by c.relname) from pg_class c
                 where c.relnamespace = 'public'::regnamespace and c.relname in ('audit', 'decision', 'capture')
                   and (has_table_privilege(c.oid, 'update') or has_table_privilege(c.oid, 'delete')
                        or has_table_privilege(c.oid, 'truncate'))), '') as alterable
from pg_roles r where r.rolname = current_user;

-- name: migrated
-- Whether the tables of migrations and task queue exist and may be read.
select to_regclass('public._yoyo_migration') is not null as migrations,
       to_regclass('procrastinate.procrastinate_workers') is not null as task_queue;

-- name: applied_migrations
-- The names of the migrations that were applied.
select migration_id from _yoyo_migration order by migration_id;

-- name: workers
-- Workers of the task queue, with the seconds since each last said that it lives.
select id, extract(epoch from now() - last_heartbeat)::double precision as seconds
from procrastinate.procrastinate_workers order by id;

-- name: waiting_tasks
-- Tasks of the task queue by state.
select status::text as state, count(*) as tasks from procrastinate.procrastinate_jobs group by status order by status;
