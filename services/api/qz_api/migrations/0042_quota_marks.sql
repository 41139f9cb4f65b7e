-- The marks of a month's quota, each recorded once, by the transaction whose unit reached it. Mail
-- and webhooks tell of them.
CREATE TABLE quota_marks (
    workspace_id uuid NOT NULL,
    month date NOT NULL,
    meter text NOT NULL CHECK (meter IN ('requests', 'qr_generated')),
    percent smallint NOT NULL CHECK (percent IN (80, 100)),
    quota bigint NOT NULL,
    used bigint NOT NULL,
    reached_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, month, meter, percent)
);
SELECT qz_protect('quota_marks');
REVOKE UPDATE, DELETE ON quota_marks FROM quietzone_app;

-- Callers of one workspace and meter come one after the other: they hold the row of the meter.
CREATE FUNCTION qz_mark(
    p_workspace uuid, p_month date, p_meter text, p_used bigint, p_quota bigint
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF p_used * 100 < p_quota * 80 THEN RETURN; END IF;
    INSERT INTO quota_marks (workspace_id, month, meter, percent, quota, used)
    SELECT p_workspace, p_month, p_meter, percent, p_quota, p_used
    FROM unnest(ARRAY[80, 100]) AS percent
    WHERE p_used * 100 >= p_quota * percent
    ON CONFLICT DO NOTHING;
END
$$;

-- As before, and the call that reaches a mark of the month's quota records it.
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
    v_limit bigint;
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
    v_limit := (v_limits ->> 'requests_per_month')::bigint;
    -- with overage a month has no end
    v_quota := CASE WHEN (v_limits ->> 'overage')::boolean THEN NULL ELSE v_limit END;

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
    IF v_limit IS NOT NULL THEN
        PERFORM qz_mark(p_workspace, v_month, 'requests', month_used, v_limit);
    END IF;
END
$$;
