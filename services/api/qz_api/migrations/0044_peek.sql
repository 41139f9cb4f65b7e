-- As before. A cost of 0 asks whether one more call would be let in: nothing is locked or charged.
-- So a body that says what a call costs is read for nobody who would be refused anyway.
CREATE OR REPLACE FUNCTION qz_charge(
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

-- As before, but that it is no cost at all that charges nobody.
CREATE OR REPLACE FUNCTION qz_admit_session(
    p_token_hash bytea, p_workspace uuid, p_cost int, p_plans jsonb,
    p_now timestamptz, p_idle interval,
    OUT session_id uuid, OUT user_id uuid, OUT email text, OUT name text, OUT expired boolean,
    OUT expires_at timestamptz, OUT workspace_id uuid, OUT workspace_name text, OUT role text,
    OUT plan text, OUT plan_overrides jsonb, OUT idempotency_full boolean, OUT verdict text,
    OUT rate_left int, OUT rate_reset_us bigint, OUT retry_us bigint,
    OUT month_used bigint, OUT month_reset_s bigint
)
LANGUAGE plpgsql AS $$
DECLARE
    s sessions;
BEGIN
    PERFORM set_config('app.presented_session', encode(p_token_hash, 'hex'), true);
    SELECT * INTO s FROM sessions t WHERE t.token_hash = p_token_hash;
    IF NOT FOUND THEN RETURN; END IF;
    session_id := s.id;
    user_id := s.user_id;
    expires_at := s.expires_at;
    PERFORM set_config('app.account', s.user_id::text, true);
    SELECT u.email, u.name INTO email, name FROM users u
    WHERE u.id = s.user_id AND u.disabled_at IS NULL;
    expired := NOT FOUND OR s.expires_at <= p_now OR s.seen_at <= p_now - p_idle;
    IF expired THEN RETURN; END IF;
    IF s.seen_at < p_now - interval '1 minute' THEN
        UPDATE sessions t SET seen_at = p_now WHERE t.id = s.id;
    END IF;

    SELECT m.workspace_id, m.role, w.name INTO workspace_id, role, workspace_name
    FROM members m JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.user_id = s.user_id AND (p_workspace IS NULL OR m.workspace_id = p_workspace)
    ORDER BY m.workspace_id IS NOT DISTINCT FROM s.chosen_workspace DESC, m.created_at LIMIT 1;
    IF workspace_id IS NULL OR p_cost IS NULL THEN RETURN; END IF;
    PERFORM set_config('app.workspace', workspace_id::text, true);
    SELECT c.* INTO
        plan, plan_overrides, idempotency_full, verdict, rate_left, rate_reset_us, retry_us,
        month_used, month_reset_s
    FROM qz_charge(workspace_id, p_cost, p_plans) c;
END
$$;
