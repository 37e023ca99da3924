-- name: rewrite_data_keys
-- Write the table of wrapped keys anew without the deleted ones.
vacuum (full) data_key;

-- name: checkpoint
-- Put everything into the tables, so that older log files are not needed any more; deleted tables' files go too.
checkpoint;

-- name: next_log_file
-- Begin a new file of the write-ahead log, so that the one before it can be removed.
select pg_switch_wal();
