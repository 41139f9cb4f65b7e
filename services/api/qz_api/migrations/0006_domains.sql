-- Own short domains: who claims a host, and who has shown that it is theirs.

CREATE TABLE domains (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    host text NOT NULL CHECK (host = lower(host) AND length(host) BETWEEN 4 AND 253),
    token text NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'verified', 'lapsed')),
    root_url text NOT NULL DEFAULT '',
    is_default boolean NOT NULL DEFAULT false,
    failure text NOT NULL DEFAULT '',
    failing_since timestamptz,
    checked_at timestamptz,
    verified_at timestamptz,
    next_check_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    route_version bigint NOT NULL DEFAULT nextval('route_versions'),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (workspace_id, mode, host)
);
CREATE INDEX domains_of_workspace ON domains (workspace_id, mode, created_at DESC, id DESC);
CREATE UNIQUE INDEX domains_default ON domains (workspace_id, mode) WHERE is_default;
CREATE INDEX domains_due ON domains (next_check_at) WHERE status = 'verified';
SELECT qz_protect('domains');

-- One row per host that is served: two workspaces may claim a host, one has it.
CREATE TABLE verified_hosts (
    host text PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    domain_id uuid NOT NULL UNIQUE REFERENCES domains ON DELETE CASCADE,
    swept_at timestamptz
);
CREATE INDEX verified_hosts_unswept ON verified_hosts (host) WHERE swept_at IS NULL;
SELECT qz_protect('verified_hosts');

-- Gives a host to a domain whose token is among the TXT values that were just found there.
-- Whoever had it keeps it while their own token still stands there too ('taken').
CREATE FUNCTION qz_take_host(p_domain uuid, p_workspace uuid, p_tokens text[]) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_sees text := current_setting('app.workspace', true);
    d domains;
    holder domains;
    v_verdict text := 'won';
BEGIN
    -- as the workspace itself: nobody takes a host for somebody else
    SELECT * INTO STRICT d FROM domains
    WHERE id = p_domain AND workspace_id = p_workspace AND token = ANY (p_tokens);
    PERFORM set_config('app.workspace', '*', true);
    SELECT o.* INTO holder FROM verified_hosts h JOIN domains o ON o.id = h.domain_id
    WHERE h.host = d.host FOR UPDATE;
    IF holder.id = d.id THEN
        v_verdict := 'held';
    ELSIF holder.token = ANY (p_tokens) THEN
        v_verdict := 'taken';
    ELSE
        IF holder.id IS NOT NULL THEN
            DELETE FROM verified_hosts WHERE host = d.host;
            UPDATE domains SET status = 'lapsed', failure = 'taken_over', is_default = false,
                next_check_at = NULL, version = version + 1, updated_at = now()
            WHERE id = holder.id;
        END IF;
        INSERT INTO verified_hosts (host, workspace_id, domain_id)
        VALUES (d.host, d.workspace_id, d.id) ON CONFLICT (host) DO NOTHING;
        IF NOT FOUND THEN
            v_verdict := 'taken';
        END IF;
        -- the record of whoever had it; ours follows under the same key with a higher version
        DELETE FROM routes WHERE key = 'domain:' || d.host AND workspace_id <> d.workspace_id
            AND v_verdict = 'won';
    END IF;
    PERFORM set_config('app.workspace', v_sees, true);
    RETURN v_verdict;
END
$$;
