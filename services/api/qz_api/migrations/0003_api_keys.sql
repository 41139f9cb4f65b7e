-- API keys, by which programs call.

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

-- Finds a key by its public id and, when the presented hash is right, charges its workspace.
-- One plan for every call: the question is always the same, and planning it costs ten times as
-- much as answering it.
CREATE FUNCTION qz_admit_key(
    p_public_id text, p_secret_hash bytea, p_cost int, p_plans jsonb,
    OUT key_id uuid, OUT workspace_id uuid, OUT mode text, OUT name text, OUT scopes text[],
    OUT secret_hash bytea, OUT dialect text, OUT expired boolean, OUT revoked boolean,
    OUT plan text, OUT plan_overrides jsonb, OUT idempotency_full boolean, OUT verdict text,
    OUT rate_left int, OUT rate_reset_us bigint, OUT retry_us bigint,
    OUT month_used bigint, OUT month_reset_s bigint
)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
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
