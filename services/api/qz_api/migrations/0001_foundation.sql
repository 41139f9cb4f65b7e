-- Who sees what, and the workspaces that everything belongs to.
-- A transaction sees a workspace (app.workspace), a user (app.account), or as '*' everything.
--
-- Row-level security lets nobody write a row for another workspace than the one that was let in.
-- So the tables that are written most (links, codes and what hangs on them, meters, routes, answers
-- by Idempotency-Key, the audit log) have no foreign key to workspaces on top: it would lock the
-- row of the workspace once per row written, and have all creates of a workspace meet there.

-- What Postgres gives nobody since version 15, where the database is older than that.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- A row is seen by its own workspace, or by a system job, which says so with '*'.
-- A CASE, because the planner expects half of the rows of it, but of the bare condition one in two
-- hundred: that guess, taken once per joined table, makes it sort whole workspaces where an index
-- has the order.
CREATE FUNCTION qz_sees(p_workspace uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN current_setting('app.workspace', true) IN ('*', p_workspace::text) THEN true
        ELSE false
    END
$$;

CREATE FUNCTION qz_is_user(p_user uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT current_setting('app.account', true) = p_user::text
        OR current_setting('app.workspace', true) = '*'
$$;

-- Gives the app role a table and puts it behind the wall; every table with a workspace needs it.
CREATE FUNCTION qz_protect(p_table regclass, p_column text DEFAULT 'workspace_id') RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_table);
    EXECUTE format(
        'CREATE POLICY tenant ON %s USING (qz_sees(%I)) WITH CHECK (qz_sees(%I))',
        p_table, p_column, p_column
    );
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO quietzone_app', p_table);
END
$$;
REVOKE EXECUTE ON FUNCTION qz_protect(regclass, text) FROM PUBLIC;

-- The same for what belongs to a user rather than a workspace.
CREATE FUNCTION qz_protect_user(p_table regclass, p_column text DEFAULT 'user_id') RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_table);
    EXECUTE format(
        'CREATE POLICY own ON %s USING (qz_is_user(%I)) WITH CHECK (qz_is_user(%I))',
        p_table, p_column, p_column
    );
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO quietzone_app', p_table);
END
$$;
REVOKE EXECUTE ON FUNCTION qz_protect_user(regclass, text) FROM PUBLIC;

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    plan text NOT NULL,
    plan_overrides jsonb NOT NULL DEFAULT '{}',
    timezone text NOT NULL DEFAULT 'UTC',
    allowed_domains text[] NOT NULL DEFAULT '{}',
    blocked_domains text[] NOT NULL DEFAULT '{}',
    allow_private_destinations boolean NOT NULL DEFAULT false,
    idempotency_full boolean NOT NULL DEFAULT false,
    suspended_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
SELECT qz_protect('workspaces', 'id');
