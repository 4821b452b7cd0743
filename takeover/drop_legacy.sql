-- Drops what an upgrade from generation 17.0.1.0.8 kept: the tables named payment_account_enhanced_legacy_*.
-- For good. Nothing of the addon reads them.
--
--   psql -d THE_DATABASE -f payment_account_enhanced/takeover/drop_legacy.sql
\set ON_ERROR_STOP 1
begin;
do $$
declare
    found text;
begin
    for found in
        select tablename from pg_tables
        where schemaname = current_schema and starts_with(tablename, 'payment_account_enhanced_legacy_')
        order by tablename
    loop
        execute format('drop table %I', found);
        raise notice 'dropped: %', found;
    end loop;
end $$;
commit;
