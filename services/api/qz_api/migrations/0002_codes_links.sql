-- Links (where a scan goes) and codes (what is printed).

CREATE TABLE links (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    host text NOT NULL DEFAULT '',
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9_-]{3,64}$'),
    name text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'active'
        CHECK (status IN ('active', 'paused', 'archived', 'exhausted', 'blocked', 'deleted')),
    destination_url text NOT NULL,
    rules jsonb NOT NULL DEFAULT '[]',
    starts_at timestamptz,
    expires_at timestamptz,
    max_scans bigint CHECK (max_scans > 0),
    fallback_url text NOT NULL DEFAULT '',
    password_hash text NOT NULL DEFAULT '',
    utm jsonb NOT NULL DEFAULT '{}',
    pass_query boolean NOT NULL DEFAULT false,
    tags text[] NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    locked text[] NOT NULL DEFAULT '{}',
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
SELECT qz_protect('links');
GRANT USAGE ON SEQUENCE links_number_seq TO quietzone_app;

CREATE TABLE codes (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    link_id uuid REFERENCES links,
    type text NOT NULL CHECK (type IN ('dynamic', 'static')),
    name text NOT NULL DEFAULT '',
    content jsonb NOT NULL,
    style jsonb NOT NULL DEFAULT '{}',
    format text NOT NULL DEFAULT 'png',
    size int NOT NULL DEFAULT 512,
    tags text[] NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    download_count bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 1,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CHECK ((type = 'dynamic') = (link_id IS NOT NULL))
);
CREATE INDEX codes_of_workspace ON codes (workspace_id, mode, created_at DESC, id DESC);
CREATE INDEX codes_of_link ON codes (link_id) WHERE link_id IS NOT NULL;
SELECT qz_protect('codes');
