-- Links: where a scan leads, under which address, and the versions of where it led.

CREATE TABLE links (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    host text NOT NULL DEFAULT '',
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9_-]{3,64}$'),
    name text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'active'
        CHECK (status IN ('active', 'paused', 'archived', 'exhausted', 'blocked', 'deleted')),
    -- the one code that prints it; null when there are none or several
    code_id uuid,
    -- made by itself: it outlives its codes
    standalone boolean NOT NULL DEFAULT false,
    kind text NOT NULL DEFAULT 'url',
    destination_url text NOT NULL,
    destination_id uuid,
    page_id uuid,
    -- what its page offers, for kinds that are shown rather than followed
    content jsonb,
    rules jsonb NOT NULL DEFAULT '[]',
    app jsonb NOT NULL DEFAULT '{}',
    utm jsonb NOT NULL DEFAULT '{}',
    pass_query boolean NOT NULL DEFAULT false,
    fallback_url text NOT NULL DEFAULT '',
    starts_at timestamptz,
    expires_at timestamptz,
    max_scans bigint CHECK (max_scans > 0),
    password_hash text NOT NULL DEFAULT '',
    preview boolean NOT NULL DEFAULT false,
    flags text[] NOT NULL DEFAULT '{}',
    campaign_id uuid,
    tags text[] NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    locked text[] NOT NULL DEFAULT '{}',
    blocked_from text NOT NULL DEFAULT '',
    blocked_reason text NOT NULL DEFAULT '',
    deleted_from text NOT NULL DEFAULT '',
    dialect text NOT NULL DEFAULT '',
    scan_count bigint NOT NULL DEFAULT 0,
    total_count bigint NOT NULL DEFAULT 0,
    symbol_count bigint NOT NULL DEFAULT 0,
    first_scan_at timestamptz,
    last_scan_at timestamptz,
    scans_as_of timestamptz NOT NULL DEFAULT '-infinity',
    version bigint NOT NULL DEFAULT 1,
    route_version bigint NOT NULL DEFAULT nextval('route_versions'),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
) WITH (fillfactor = 80);
-- A slug is never given to anybody else: deleted rows stay in this index.
CREATE UNIQUE INDEX links_slug ON links (host, slug);
CREATE INDEX links_of_workspace ON links (workspace_id, mode, created_at DESC, id DESC);
CREATE INDEX links_by_update ON links (workspace_id, mode, updated_at DESC, id DESC);
CREATE INDEX links_by_name ON links (workspace_id, mode, (lower(name) COLLATE "C"), id);
CREATE INDEX links_by_status ON links (workspace_id, mode, status, created_at DESC, id DESC)
    WHERE status <> 'active';
CREATE INDEX links_by_end ON links (workspace_id, mode, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX links_by_start ON links (workspace_id, mode, starts_at) WHERE starts_at IS NOT NULL;
CREATE INDEX links_of_campaign ON links (workspace_id, campaign_id, created_at DESC, id DESC)
    WHERE campaign_id IS NOT NULL;
CREATE INDEX links_of_host ON links (workspace_id, host) WHERE host <> '';
CREATE INDEX links_forgotten ON links (deleted_at) WHERE deleted_at IS NOT NULL;
SELECT qz_protect('links');

-- One row per link and destination that it uses, in rules and arms too. An index on an array in
-- links would not be used: behind row-level security only leakproof operators reach an index, and
-- no array operator is one.
CREATE TABLE link_destinations (
    workspace_id uuid NOT NULL,
    destination_id uuid NOT NULL,
    link_id uuid NOT NULL REFERENCES links ON DELETE CASCADE,
    PRIMARY KEY (destination_id, link_id)
);
CREATE INDEX link_destinations_of_link ON link_destinations (link_id);
SELECT qz_protect('link_destinations');

-- A link is written by one statement with its first version and its rank, and none of them is ever
-- deleted. So neither has a foreign key to links, and no trigger writes the rank: each would cost
-- more than the row.
CREATE TABLE link_versions (
    workspace_id uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    link_id uuid NOT NULL,
    number int NOT NULL,
    state text NOT NULL CHECK (state IN ('applied', 'scheduled', 'cancelled', 'failed')),
    target jsonb NOT NULL,
    rolled_back_to int,
    effective_from timestamptz NOT NULL,
    settled_at timestamptz,
    reason text NOT NULL DEFAULT '',
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (link_id, number)
);
CREATE INDEX link_versions_due ON link_versions (effective_from) WHERE state = 'scheduled';
SELECT qz_protect('link_versions');

-- Links in the order of their scans. Apart from links, because an index there on a number that
-- changes with every scan would make each of these changes write all the other indexes too.
CREATE TABLE link_ranks (
    workspace_id uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    link_id uuid PRIMARY KEY,
    scan_count bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX link_ranks_order ON link_ranks (workspace_id, mode, scan_count DESC, link_id DESC);
SELECT qz_protect('link_ranks');

CREATE FUNCTION link_ranks_move() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
    UPDATE link_ranks r SET scan_count = f.scan_count
    FROM fresh f WHERE r.link_id = f.id AND r.scan_count <> f.scan_count;
    RETURN NULL;
END $$;
CREATE TRIGGER rank_move AFTER UPDATE ON links
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION link_ranks_move();

-- What drafts of links are read against: what the workspace admits, where its new links stand,
-- which of these hosts lead back to us (all, when null), and versions for routes that are about to
-- be made. It says itself what it may see, so it needs no transaction around it.
-- Two questions with one plan each for every call: planning them costs more than answering them.
CREATE FUNCTION qz_surroundings(
    p_workspace uuid, p_mode text, p_among text[], p_versions int,
    OUT allowed_domains text[], OUT blocked_domains text[], OUT allow_private_destinations boolean,
    OUT default_host text, OUT own_hosts text[], OUT route_versions bigint[]
)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_before text := current_setting('app.workspace', true);
    v_sees text := set_config('app.workspace', p_workspace::text, true);
BEGIN
    SELECT w.allowed_domains, w.blocked_domains, w.allow_private_destinations,
        coalesce((SELECT d.host FROM domains d
                  WHERE d.workspace_id = p_workspace AND d.mode = p_mode AND d.is_default), ''),
        ARRAY(SELECT nextval('route_versions') FROM generate_series(1, p_versions))
    INTO allowed_domains, blocked_domains, allow_private_destinations, default_host, route_versions
    FROM workspaces w WHERE w.id = p_workspace;

    -- which hosts are anybody's verified domain is public: the edge answers for them
    v_sees := set_config('app.workspace', '*', true);
    IF p_among IS NULL THEN
        own_hosts := ARRAY(SELECT h.host FROM verified_hosts h);
    ELSIF p_among = '{}' THEN
        own_hosts := '{}';
    ELSE
        own_hosts := ARRAY(SELECT h.host FROM verified_hosts h WHERE h.host = ANY (p_among));
    END IF;
    v_sees := set_config('app.workspace', coalesce(v_before, ''), true);
END
$$;
