-- Pages: landing pages, and the pages that stand for codes of kinds that are shown.

CREATE TABLE pages (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    kind text NOT NULL CHECK (kind IN ('landing', 'content')),
    -- checked at commit, so that a link and its page may come in any order
    link_id uuid UNIQUE REFERENCES links ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    slug text CHECK (slug ~ '^[a-z0-9_-]{3,64}$'),
    document jsonb NOT NULL,
    published boolean NOT NULL DEFAULT true,
    compiler int NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    route_version bigint NOT NULL DEFAULT nextval('route_versions'),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    CHECK ((kind = 'content') = (link_id IS NOT NULL))
);
CREATE INDEX pages_of_workspace ON pages (workspace_id, mode, created_at DESC, id DESC)
    WHERE kind = 'landing' AND deleted_at IS NULL;
CREATE UNIQUE INDEX pages_slug ON pages (workspace_id, mode, slug) WHERE deleted_at IS NULL;
CREATE INDEX pages_by_compiler ON pages (compiler, id) WHERE deleted_at IS NULL;
SELECT qz_protect('pages');

ALTER TABLE links
    ADD CONSTRAINT links_page FOREIGN KEY (page_id) REFERENCES pages ON DELETE SET NULL;
CREATE INDEX links_of_page ON links (page_id) WHERE page_id IS NOT NULL;
