-- Every field of links and codes, and the versions of where a link leads.
SET LOCAL app.workspace = '*';

ALTER TABLE links
    ADD COLUMN IF NOT EXISTS page_id uuid,
    ADD COLUMN kind text NOT NULL DEFAULT 'url',
    ADD COLUMN destination_id uuid,
    -- what its page offers, for kinds that are shown rather than followed
    ADD COLUMN content jsonb,
    ADD COLUMN campaign_id uuid,
    ADD COLUMN app jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN preview boolean NOT NULL DEFAULT false,
    ADD COLUMN flags text[] NOT NULL DEFAULT '{}',
    -- the one code that prints it; null when there are none or several
    ADD COLUMN code_id uuid,
    -- made by itself: it outlives its codes
    ADD COLUMN standalone boolean NOT NULL DEFAULT false,
    ADD COLUMN blocked_from text NOT NULL DEFAULT '',
    ADD COLUMN blocked_reason text NOT NULL DEFAULT '',
    ADD COLUMN deleted_from text NOT NULL DEFAULT '',
    ADD COLUMN dialect text NOT NULL DEFAULT '';

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

-- One row per link and destination that it uses, in rules and arms too. An index on the array itself would not be used:
-- behind row-level security only leakproof operators reach an index, and no array operator is one.
CREATE TABLE link_destinations (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    destination_id uuid NOT NULL,
    link_id uuid NOT NULL REFERENCES links ON DELETE CASCADE,
    PRIMARY KEY (destination_id, link_id)
);
CREATE INDEX link_destinations_of_link ON link_destinations (link_id);
SELECT qz_protect('link_destinations');

ALTER TABLE codes
    ALTER COLUMN content DROP NOT NULL,
    ALTER COLUMN size DROP DEFAULT,
    ALTER COLUMN size TYPE jsonb USING to_jsonb(size),
    ALTER COLUMN size SET DEFAULT '512',
    ADD COLUMN content_kind text NOT NULL DEFAULT 'url',
    ADD COLUMN style_id uuid,
    ADD COLUMN campaign_id uuid,
    -- of a static code; a dynamic one has the status of its link
    ADD COLUMN status text NOT NULL DEFAULT 'active'
        CHECK (status IN ('active', 'paused', 'archived', 'blocked')),
    -- what the symbol says where that is not the short URL in capitals
    ADD COLUMN printed_url text NOT NULL DEFAULT '',
    ADD COLUMN dialect text NOT NULL DEFAULT '';

CREATE INDEX codes_by_update ON codes (workspace_id, mode, updated_at DESC, id DESC);
CREATE INDEX codes_by_name ON codes (workspace_id, mode, (lower(name) COLLATE "C"), id);
CREATE INDEX codes_by_kind ON codes (workspace_id, mode, content_kind, created_at DESC, id DESC);
CREATE INDEX codes_by_type ON codes (workspace_id, mode, type, created_at DESC, id DESC);
CREATE INDEX codes_by_status ON codes (workspace_id, mode, status) WHERE status <> 'active';
CREATE INDEX codes_of_campaign ON codes (workspace_id, campaign_id, created_at DESC, id DESC)
    WHERE campaign_id IS NOT NULL;
CREATE INDEX codes_forgotten ON codes (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE link_versions (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    link_id uuid NOT NULL REFERENCES links ON DELETE CASCADE,
    number int NOT NULL,
    state text NOT NULL CHECK (state IN ('applied', 'scheduled', 'cancelled', 'failed')),
    target jsonb NOT NULL,
    rolled_back_to int,
    effective_from timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (link_id, number)
);
CREATE INDEX link_versions_due ON link_versions (effective_from) WHERE state = 'scheduled';
SELECT qz_protect('link_versions');

-- Links in the order of their scans. Apart from links, because an index there on a number that
-- changes with every scan would make each of these changes write all the other indexes too.
CREATE TABLE link_ranks (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    link_id uuid PRIMARY KEY REFERENCES links ON DELETE CASCADE,
    scan_count bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX link_ranks_order ON link_ranks (workspace_id, mode, scan_count DESC, link_id DESC);
SELECT qz_protect('link_ranks');

CREATE FUNCTION link_ranks_begin() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO link_ranks (workspace_id, mode, link_id, scan_count)
    SELECT workspace_id, mode, id, scan_count FROM fresh;
    RETURN NULL;
END $$;
CREATE TRIGGER rank_begin AFTER INSERT ON links
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION link_ranks_begin();

CREATE FUNCTION link_ranks_move() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
    UPDATE link_ranks r SET scan_count = f.scan_count
    FROM fresh f WHERE r.link_id = f.id AND r.scan_count <> f.scan_count;
    RETURN NULL;
END $$;
CREATE TRIGGER rank_move AFTER UPDATE ON links
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION link_ranks_move();

INSERT INTO link_ranks (workspace_id, mode, link_id, scan_count)
SELECT workspace_id, mode, id, scan_count FROM links;
