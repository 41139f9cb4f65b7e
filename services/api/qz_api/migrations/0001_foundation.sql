-- Tenancy, keys, meters, idempotency and the outbox: what every feature stands on.

-- A row is seen by its own workspace, or by a system job, which says so with '*'.
CREATE FUNCTION qz_sees(p_workspace uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT current_setting('app.workspace', true) IN ('*', p_workspace::text) $$;

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

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    plan text NOT NULL,
    plan_overrides jsonb NOT NULL DEFAULT '{}',
    timezone text NOT NULL DEFAULT 'UTC',
    allowed_domains text[] NOT NULL DEFAULT '{}',
    blocked_domains text[] NOT NULL DEFAULT '{}',
    allow_private_destinations boolean NOT NULL DEFAULT false,
    suspended_at timestamptz,
    idempotency_full boolean NOT NULL DEFAULT false,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
SELECT qz_protect('workspaces', 'id');

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    name text NOT NULL,
    public_id text NOT NULL UNIQUE,
    secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
    last_characters text NOT NULL,
    scopes text[] NOT NULL,
    dialect text NOT NULL DEFAULT '',
    created_by text NOT NULL,
    replaces uuid REFERENCES api_keys,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);
CREATE INDEX api_keys_of_workspace ON api_keys (workspace_id, created_at DESC, id DESC);
SELECT qz_protect('api_keys');
-- Authentication knows no workspace yet: it may see the one key that it names.
CREATE POLICY presented ON api_keys FOR SELECT
    USING (public_id = current_setting('app.presented_key', true));

-- Lost in a crash of Postgres without harm: a bucket that is missing is a full one.
CREATE UNLOGGED TABLE rate_buckets (
    workspace_id uuid PRIMARY KEY,
    full_at_us bigint NOT NULL
) WITH (fillfactor = 50);
SELECT qz_protect('rate_buckets');

CREATE TABLE usage_months (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    month date NOT NULL,
    requests bigint NOT NULL DEFAULT 0,
    qr_generated bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, month)
) WITH (fillfactor = 50);
SELECT qz_protect('usage_months');

CREATE TABLE idempotency_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL,
    status smallint,
    headers jsonb,
    body bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, mode, operation, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
SELECT qz_protect('idempotency_keys');

-- Versions of routing records only grow; after a restore from a backup the sequence is moved on.
CREATE SEQUENCE route_versions;
GRANT USAGE ON SEQUENCE route_versions TO quietzone_app;

-- The compacted topic `routing` as it stands: value by key, what a lost topic is filled from.
CREATE TABLE routes (
    key text COLLATE "C" PRIMARY KEY,
    workspace_id uuid REFERENCES workspaces,
    value bytea NOT NULL,
    deleted_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE INDEX routes_deleted ON routes (deleted_at) WHERE deleted_at IS NOT NULL;
SELECT qz_protect('routes');

CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
SELECT qz_protect('outbox');

CREATE FUNCTION outbox_wake() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN NOTIFY outbox; RETURN NULL; END $$;
CREATE TRIGGER wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_wake();

-- Where the marker of the last complete re-publish stands in each partition of a routing topic.
CREATE TABLE routing_markers (
    topic text NOT NULL,
    partition_number int NOT NULL,
    marker_id text NOT NULL,
    record_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition_number)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON routing_markers TO quietzone_app;

-- Charges a workspace for `p_cost` requests: the rate (GCRA) and the month, by the clock of the
-- database. Exact across processes, because the bucket's row lock orders all callers.
-- A bucket that can't be locked in time lets the call through and says so.
CREATE FUNCTION qz_charge(
    p_workspace uuid, p_cost int, p_plans jsonb,
    OUT plan text, OUT plan_overrides jsonb, OUT idempotency_full boolean, OUT verdict text,
    OUT rate_left int, OUT rate_reset_us bigint, OUT retry_us bigint,
    OUT month_used bigint, OUT month_reset_s bigint
)
LANGUAGE plpgsql AS $$
DECLARE
    w workspaces;
    v_limits jsonb;
    v_burst bigint;
    v_step_us bigint;
    v_quota bigint;
    v_overage boolean;
    v_now timestamptz;
    v_now_us bigint;
    v_full_us bigint;
    v_month date;
BEGIN
    -- a meter may lose its last half second in a crash, so that no call waits for the disk
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM set_config('lock_timeout', '1s', true);
    SELECT * INTO w FROM workspaces WHERE id = p_workspace;
    v_limits := coalesce(p_plans -> w.plan, '{}') || w.plan_overrides;
    v_burst := (v_limits ->> 'requests_per_minute')::bigint;
    v_quota := (v_limits ->> 'requests_per_month')::bigint;
    v_overage := coalesce((v_limits ->> 'overage')::boolean, false);
    plan := w.plan;
    plan_overrides := w.plan_overrides;
    idempotency_full := w.idempotency_full;
    verdict := CASE WHEN w.suspended_at IS NULL THEN 'ok' ELSE 'suspended' END;
    IF verdict <> 'ok' THEN RETURN; END IF;

    BEGIN
        SELECT full_at_us INTO v_full_us FROM rate_buckets
        WHERE workspace_id = p_workspace FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO rate_buckets (workspace_id, full_at_us) VALUES (p_workspace, 0)
            ON CONFLICT DO NOTHING;
            SELECT full_at_us INTO v_full_us FROM rate_buckets
            WHERE workspace_id = p_workspace FOR UPDATE;
        END IF;
    EXCEPTION WHEN lock_not_available THEN
        verdict := 'unmetered';
        RETURN;
    END;
    v_now := clock_timestamp();
    v_now_us := (extract(epoch FROM v_now) * 1000000)::bigint;
    v_month := date_trunc('month', v_now AT TIME ZONE 'UTC')::date;
    month_reset_s := extract(epoch FROM
        ((v_month + interval '1 month') AT TIME ZONE 'UTC') - v_now)::bigint;

    IF v_burst IS NOT NULL THEN
        v_step_us := 60000000 / v_burst;
        v_full_us := greatest(v_full_us, v_now_us);
        IF v_full_us + p_cost * v_step_us - v_now_us > v_burst * v_step_us THEN
            verdict := 'rate_limited';
            retry_us := v_full_us + p_cost * v_step_us - v_now_us - v_burst * v_step_us;
        ELSE
            v_full_us := v_full_us + p_cost * v_step_us;
        END IF;
        rate_left := (v_burst * v_step_us - (v_full_us - v_now_us)) / v_step_us;
        rate_reset_us := v_full_us - v_now_us;
    END IF;

    SELECT u.requests INTO month_used FROM usage_months u
    WHERE u.workspace_id = p_workspace AND u.month = v_month;
    month_used := coalesce(month_used, 0);
    IF verdict = 'ok' AND v_quota IS NOT NULL AND NOT v_overage
        AND month_used + p_cost > v_quota THEN
        verdict := 'quota_exceeded';
    END IF;
    IF verdict <> 'ok' THEN RETURN; END IF;

    UPDATE rate_buckets SET full_at_us = v_full_us WHERE workspace_id = p_workspace;
    INSERT INTO usage_months AS u (workspace_id, month, requests)
    VALUES (p_workspace, v_month, p_cost)
    ON CONFLICT (workspace_id, month) DO UPDATE SET requests = u.requests + p_cost
    RETURNING u.requests INTO month_used;
END
$$;

-- Finds a key by its public id and, when the presented hash is right, charges its workspace.
CREATE FUNCTION qz_admit_key(
    p_public_id text, p_secret_hash bytea, p_cost int, p_plans jsonb,
    OUT key_id uuid, OUT workspace_id uuid, OUT mode text, OUT name text, OUT scopes text[],
    OUT secret_hash bytea, OUT dialect text, OUT expired boolean, OUT revoked boolean,
    OUT plan text, OUT plan_overrides jsonb, OUT idempotency_full boolean, OUT verdict text,
    OUT rate_left int, OUT rate_reset_us bigint, OUT retry_us bigint,
    OUT month_used bigint, OUT month_reset_s bigint
)
LANGUAGE plpgsql AS $$
DECLARE
    k api_keys;
BEGIN
    PERFORM set_config('app.presented_key', p_public_id, true);
    SELECT * INTO k FROM api_keys WHERE public_id = p_public_id;
    IF NOT FOUND THEN RETURN; END IF;
    key_id := k.id;
    workspace_id := k.workspace_id;
    mode := k.mode;
    name := k.name;
    scopes := k.scopes;
    secret_hash := k.secret_hash;
    dialect := k.dialect;
    expired := coalesce(k.expires_at <= now(), false);
    revoked := k.revoked_at IS NOT NULL;
    IF k.secret_hash <> p_secret_hash OR expired OR revoked THEN RETURN; END IF;

    PERFORM set_config('app.workspace', k.workspace_id::text, true);
    IF k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute' THEN
        UPDATE api_keys SET last_used_at = now() WHERE id = k.id;
    END IF;
    SELECT c.* INTO
        plan, plan_overrides, idempotency_full, verdict, rate_left, rate_reset_us, retry_us,
        month_used, month_reset_s
    FROM qz_charge(k.workspace_id, p_cost, p_plans) c;
END
$$;
