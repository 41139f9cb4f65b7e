-- What a command costs in the database.

-- Row-level security lets nobody write a row for another workspace than the one that was let in,
-- and these tables are written by nothing else. A foreign key on top would lock the row of the
-- workspace once per row written, and have all creates of a workspace meet there.
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_workspace_id_fkey;
ALTER TABLE usage_codes DROP CONSTRAINT usage_codes_workspace_id_fkey;
ALTER TABLE usage_months DROP CONSTRAINT usage_months_workspace_id_fkey;
ALTER TABLE routes DROP CONSTRAINT routes_workspace_id_fkey;
ALTER TABLE audit_log DROP CONSTRAINT audit_log_workspace_id_fkey;
ALTER TABLE codes DROP CONSTRAINT codes_workspace_id_fkey;
-- these hang on a link, which hangs on a workspace
ALTER TABLE link_versions DROP CONSTRAINT link_versions_workspace_id_fkey;
ALTER TABLE link_ranks DROP CONSTRAINT link_ranks_workspace_id_fkey;
ALTER TABLE link_destinations DROP CONSTRAINT link_destinations_workspace_id_fkey;

-- As before, with a plan that is made once.
CREATE OR REPLACE FUNCTION qz_own_hosts(p_among text[]) RETURNS text[]
LANGUAGE plpgsql
AS $$
DECLARE
    v_sees text := current_setting('app.workspace', true);
    v_hosts text[];
BEGIN
    IF p_among = '{}' THEN
        RETURN '{}';
    END IF;
    PERFORM set_config('app.workspace', '*', true);
    IF p_among IS NULL THEN
        SELECT coalesce(array_agg(host), '{}') INTO v_hosts FROM verified_hosts;
    ELSE
        SELECT coalesce(array_agg(host), '{}') INTO v_hosts FROM verified_hosts
        WHERE host = ANY (p_among);
    END IF;
    PERFORM set_config('app.workspace', v_sees, true);
    RETURN v_hosts;
END
$$;

-- As before. The bucket's lock is tried first and waited for only when somebody has it, so that a
-- call that meets nobody needs no subtransaction.
CREATE OR REPLACE FUNCTION qz_charge(
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
    v_now timestamptz;
    v_now_us bigint;
    v_full_us bigint;
    v_month date;
BEGIN
    -- a meter may lose its last half second in a crash, so that no call waits for the disk
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT * INTO w FROM workspaces WHERE id = p_workspace;
    plan := w.plan;
    plan_overrides := w.plan_overrides;
    idempotency_full := w.idempotency_full;
    verdict := CASE WHEN w.suspended_at IS NULL THEN 'ok' ELSE 'suspended' END;
    IF verdict <> 'ok' THEN RETURN; END IF;
    v_limits := coalesce(p_plans -> w.plan, '{}') || w.plan_overrides;
    v_burst := (v_limits ->> 'requests_per_minute')::bigint;
    -- with overage a month has no end
    v_quota := CASE WHEN (v_limits ->> 'overage')::boolean THEN NULL
        ELSE (v_limits ->> 'requests_per_month')::bigint END;

    SELECT full_at_us INTO v_full_us FROM rate_buckets
    WHERE workspace_id = p_workspace FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        v_full_us := qz_wait_for_bucket(p_workspace);
    END IF;
    IF v_full_us IS NULL THEN
        verdict := 'unmetered';
        RETURN;
    END IF;
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

    IF verdict = 'rate_limited' OR v_quota IS NOT NULL THEN
        SELECT u.requests INTO month_used FROM usage_months u
        WHERE u.workspace_id = p_workspace AND u.month = v_month;
        month_used := coalesce(month_used, 0);
        IF verdict = 'ok' AND month_used + p_cost > v_quota THEN
            verdict := 'quota_exceeded';
        END IF;
        IF verdict <> 'ok' THEN RETURN; END IF;
    END IF;

    UPDATE rate_buckets SET full_at_us = v_full_us WHERE workspace_id = p_workspace;
    INSERT INTO usage_months AS u (workspace_id, month, requests)
    VALUES (p_workspace, v_month, p_cost)
    ON CONFLICT (workspace_id, month) DO UPDATE SET requests = u.requests + p_cost
    RETURNING u.requests INTO month_used;
END
$$;

-- The bucket of a workspace, made when it is missing; null when somebody holds it for a second.
CREATE FUNCTION qz_wait_for_bucket(p_workspace uuid) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_full_us bigint;
BEGIN
    PERFORM set_config('lock_timeout', '1s', true);
    INSERT INTO rate_buckets (workspace_id, full_at_us) VALUES (p_workspace, 0)
    ON CONFLICT DO NOTHING;
    SELECT full_at_us INTO STRICT v_full_us FROM rate_buckets
    WHERE workspace_id = p_workspace FOR UPDATE;
    RETURN v_full_us;
EXCEPTION WHEN lock_not_available THEN
    RETURN NULL;
END
$$;

-- One plan for every call: the question is always the same, and planning it costs ten times as
-- much as answering it.
ALTER FUNCTION qz_own_hosts(text[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION qz_admit_key(text, bytea, int, jsonb) SET plan_cache_mode = force_generic_plan;
