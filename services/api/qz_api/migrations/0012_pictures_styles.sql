-- Saved looks, and the pictures in them: copies of ours, by what they show.

CREATE TABLE pictures (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    -- of the decoded pixels
    digest text NOT NULL CHECK (length(digest) = 64),
    width int NOT NULL,
    height int NOT NULL,
    data bytea NOT NULL CHECK (length(data) BETWEEN 1 AND 2097152),
    -- as landing pages carry it: made once, by a drawing process, when a page first asks
    small bytea CHECK (length(small) BETWEEN 1 AND 1048576),
    small_width int,
    small_height int,
    source_url text NOT NULL DEFAULT '',
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (workspace_id, mode, digest)
);
-- Pictures are compressed already.
ALTER TABLE pictures
    ALTER COLUMN data SET STORAGE EXTERNAL,
    ALTER COLUMN small SET STORAGE EXTERNAL;
CREATE INDEX pictures_of_workspace ON pictures (workspace_id, mode, created_at DESC, id DESC);
SELECT qz_protect('pictures');

-- Which copy stands for a foreign address, or why there is none.
CREATE TABLE picture_sources (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    url text NOT NULL CHECK (length(url) <= 2048),
    picture_id uuid REFERENCES pictures ON DELETE CASCADE,
    -- why it could not be had, as a code that programs know, and in words
    code text NOT NULL DEFAULT 'picture_not_fetched',
    failure text NOT NULL DEFAULT '',
    tried_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, mode, url)
);
CREATE INDEX picture_sources_of_picture ON picture_sources (picture_id)
    WHERE picture_id IS NOT NULL;
SELECT qz_protect('picture_sources');

CREATE TABLE styles (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    name text NOT NULL,
    style jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX styles_of_workspace ON styles (workspace_id, mode, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;
SELECT qz_protect('styles');
