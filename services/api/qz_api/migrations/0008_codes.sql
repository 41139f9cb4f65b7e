-- Codes: what is printed. A dynamic one prints the address of a link, a static one its content.

CREATE TABLE codes (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    type text NOT NULL CHECK (type IN ('dynamic', 'static')),
    link_id uuid REFERENCES links,
    name text NOT NULL DEFAULT '',
    -- of a static code; a dynamic one has the status of its link
    status text NOT NULL DEFAULT 'active'
        CHECK (status IN ('active', 'paused', 'archived', 'blocked')),
    content_kind text NOT NULL DEFAULT 'url',
    content jsonb,
    -- what the symbol says where that is not the short URL in capitals
    printed_url text NOT NULL DEFAULT '',
    style jsonb NOT NULL DEFAULT '{}',
    style_id uuid,
    format text NOT NULL DEFAULT 'png',
    size jsonb NOT NULL DEFAULT '512',
    campaign_id uuid,
    tags text[] NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    dialect text NOT NULL DEFAULT '',
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
CREATE INDEX codes_by_update ON codes (workspace_id, mode, updated_at DESC, id DESC);
CREATE INDEX codes_by_name ON codes (workspace_id, mode, (lower(name) COLLATE "C"), id);
CREATE INDEX codes_by_kind ON codes (workspace_id, mode, content_kind, created_at DESC, id DESC);
CREATE INDEX codes_by_type ON codes (workspace_id, mode, type, created_at DESC, id DESC);
CREATE INDEX codes_by_status ON codes (workspace_id, mode, status) WHERE status <> 'active';
CREATE INDEX codes_of_campaign ON codes (workspace_id, campaign_id, created_at DESC, id DESC)
    WHERE campaign_id IS NOT NULL;
CREATE INDEX codes_forgotten ON codes (deleted_at) WHERE deleted_at IS NOT NULL;
SELECT qz_protect('codes');
