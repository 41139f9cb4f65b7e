-- How much a workspace may do: calls in a minute, calls and new codes in a month.

-- Lost in a crash of Postgres without harm: a bucket that is missing is a full one.
CREATE UNLOGGED TABLE rate_buckets (
    workspace_id uuid PRIMARY KEY,
    full_at_us bigint NOT NULL
) WITH (fillfactor = 50);
SELECT qz_protect('rate_buckets');

CREATE TABLE usage_months (
    workspace_id uuid NOT NULL,
    month date NOT NULL,
    requests bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, month)
) WITH (fillfactor = 50);
SELECT qz_protect('usage_months');

-- New codes of a month have rows of their own, several to a workspace, so that creates of one
-- workspace wait neither for each other nor for the meter of its calls.
CREATE TABLE usage_codes (
    workspace_id uuid NOT NULL,
    month date NOT NULL,
    shard smallint NOT NULL,
    created bigint NOT NULL,
    PRIMARY KEY (workspace_id, month, shard)
) WITH (fillfactor = 50);
SELECT qz_protect('usage_codes');

-- The marks of a month's quota, each recorded once, by the transaction whose unit reached it.
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

-- Charges a workspace for `p_cost` requests: the rate (GCRA) and the month, by the clock of the
-- database. The call that reaches a mark of the month's quota records it.
-- Exact across processes, because the bucket's row lock orders all callers. The lock is tried first
-- and waited for only when somebody has it, so that a call that meets nobody needs no
-- subtransaction. A bucket that can't be locked in time lets the call through and says so.
-- A cost of 0 asks whether one more call would be let in: nothing is locked or charged. So a body
-- that says what a call costs is read for nobody who would be refused anyway.
CREATE FUNCTION qz_charge(
    p_workspace uuid, p_cost int, p_plans jsonb,
    OUT plan text, OUT plan_overrides jsonb, OUT idempotency_full boolean, OUT verdict text,
    OUT rate_left int, OUT rate_reset_us bigint, OUT retry_us bigint,
    OUT month_used bigint, OUT month_reset_s bigint
)
LANGUAGE plpgsql AS $$
DECLARE
    v_least int := greatest(p_cost, 1);
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

    IF p_cost = 0 THEN
        SELECT coalesce(max(full_at_us), 0) INTO v_full_us FROM rate_buckets
        WHERE workspace_id = p_workspace;
    ELSE
        SELECT full_at_us INTO v_full_us FROM rate_buckets
        WHERE workspace_id = p_workspace FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            v_full_us := qz_wait_for_bucket(p_workspace);
        END IF;
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
        IF v_full_us + v_least * v_step_us - v_now_us > v_burst * v_step_us THEN
            verdict := 'rate_limited';
            retry_us := v_full_us + v_least * v_step_us - v_now_us - v_burst * v_step_us;
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
        IF verdict = 'ok' AND month_used + v_least > v_quota THEN
            verdict := 'quota_exceeded';
        END IF;
        IF verdict <> 'ok' THEN RETURN; END IF;
    END IF;
    IF p_cost = 0 THEN RETURN; END IF;

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
