-- Users, how they sign in, and what they may do in which workspace.

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL UNIQUE,  -- the e-mail without case: one user each
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    disabled_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
SELECT qz_protect_user('users', 'id');

-- Apart from users, so that no transaction of a workspace ever sees a hash.
CREATE TABLE user_passwords (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    hash text NOT NULL,
    changed_at timestamptz NOT NULL
);
SELECT qz_protect_user('user_passwords');

CREATE TABLE members (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    user_id uuid NOT NULL REFERENCES users,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX members_of_user ON members (user_id, created_at);
SELECT qz_protect('members');
CREATE POLICY own ON members FOR SELECT USING (qz_is_user(user_id));

-- Members of a workspace see each other; users see the workspaces they are members of.
CREATE POLICY fellow ON users FOR SELECT USING (
    EXISTS (SELECT FROM members m WHERE m.user_id = users.id AND qz_sees(m.workspace_id))
);
CREATE POLICY member ON workspaces FOR SELECT USING (
    EXISTS (SELECT FROM members m WHERE m.workspace_id = workspaces.id
        AND m.user_id::text = current_setting('app.account', true))
);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    chosen_workspace uuid REFERENCES workspaces,
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX sessions_of_user ON sessions (user_id, created_at DESC, id DESC);
CREATE INDEX sessions_by_end ON sessions (expires_at);
SELECT qz_protect_user('sessions');
-- Authentication knows no user yet: it may see the one session that it names.
CREATE POLICY presented ON sessions FOR SELECT
    USING (token_hash = decode(current_setting('app.presented_session', true), 'hex'));

CREATE TABLE invites (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    email text NOT NULL,
    email_key text NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    invited_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX invites_of_workspace ON invites (workspace_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX invites_open ON invites (workspace_id, email_key)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;
SELECT qz_protect('invites');
CREATE POLICY presented ON invites FOR SELECT
    USING (token_hash = decode(current_setting('app.presented_invite', true), 'hex'));

-- Mail to be sent; the body is sealed, because it carries links that let people in.
CREATE TABLE mail_outbox (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    recipient text NOT NULL,
    template text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz
);
CREATE INDEX mail_outbox_unsent ON mail_outbox (created_at) WHERE sent_at IS NULL;
SELECT qz_protect('mail_outbox');

-- Tries at something secret, by a keyed hash of who tries. Lost in a crash without harm.
CREATE UNLOGGED TABLE attempt_buckets (
    key bytea PRIMARY KEY,
    full_at timestamptz NOT NULL
) WITH (fillfactor = 50);
ALTER TABLE attempt_buckets ENABLE ROW LEVEL SECURITY;
ALTER TABLE attempt_buckets FORCE ROW LEVEL SECURITY;
CREATE POLICY deployment ON attempt_buckets USING (qz_sees(NULL)) WITH CHECK (qz_sees(NULL));
GRANT SELECT, INSERT, UPDATE, DELETE ON attempt_buckets TO quietzone_app;

-- Takes one try out of a bucket of `p_burst` that gets one back each `p_step`; how long to wait
-- when there is none left, else null. Exact across processes.
CREATE FUNCTION qz_attempt(p_key bytea, p_burst int, p_step interval) RETURNS interval
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_full timestamptz;
BEGIN
    INSERT INTO attempt_buckets AS b (key, full_at) VALUES (p_key, v_now + p_step)
    ON CONFLICT (key) DO UPDATE SET full_at = greatest(b.full_at, v_now) + p_step
    WHERE greatest(b.full_at, v_now) + p_step <= v_now + p_burst * p_step;
    IF FOUND THEN RETURN NULL; END IF;
    SELECT full_at INTO v_full FROM attempt_buckets WHERE key = p_key;
    RETURN v_full + p_step - v_now - p_burst * p_step;
END
$$;

-- Finds a session by the hash of its token, the role of its user in the workspace asked for
-- (or chosen, or joined first), and charges that workspace; without a cost (null) nobody.
CREATE FUNCTION qz_admit_session(
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
