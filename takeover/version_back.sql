-- For a database whose payment_account_enhanced says 17.0.1.2.x. Odoo takes that for newer than 17.0.1.0.9 and would not
-- run the scripts that take the database over. This sets the version, and nothing else, to 17.0.1.0.8; then upgrade:
--
--   psql -d THE_DATABASE -f payment_account_enhanced/takeover/version_back.sql
--   odoo-bin -d THE_DATABASE -u payment_account_enhanced --stop-after-init
--
-- It refuses a database that is none of that generation, or that was taken over already.
\set ON_ERROR_STOP 1
begin;
do $$
begin
    if exists (select from information_schema.columns
               where table_name = 'payment_approval_history' and column_name = 'hash') then
        raise exception 'this database was taken over already: nothing is to be done';
    end if;
    update ir_module_module set latest_version = '17.0.1.0.8'
    where name = 'payment_account_enhanced' and latest_version like '17.0.1.2.%';
    if not found then
        raise exception 'payment_account_enhanced is not here, or does not say 17.0.1.2.x: nothing is to be done';
    end if;
    raise notice 'payment_account_enhanced says 17.0.1.0.8 now: upgrade it';
end $$;
commit;
