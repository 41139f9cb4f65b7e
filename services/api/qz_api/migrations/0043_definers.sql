-- Functions that look as the owner of the tables: for the app role alone, and blind to tables that
-- a session makes for itself. Without its name in the path, a temporary schema is searched first.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN
        SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.prosecdef AND p.proname LIKE 'qz\_%'
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', f);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO quietzone_app', f);
    END LOOP;
END
$$;

-- What Postgres gives nobody since version 15, where the database is older than that.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
