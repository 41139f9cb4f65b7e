-- Destinations (named, reusable) and campaigns (folders with default UTM parameters).

CREATE TABLE destinations (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    name text NOT NULL,
    type text NOT NULL,
    target jsonb NOT NULL,
    location text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX destinations_of_workspace
    ON destinations (workspace_id, mode, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;
SELECT qz_protect('destinations');

CREATE TABLE campaigns (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
    utm jsonb NOT NULL DEFAULT '{}',
    starts_at timestamptz,
    ends_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    CHECK (ends_at > starts_at)
);
CREATE INDEX campaigns_of_workspace ON campaigns (workspace_id, mode, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;
SELECT qz_protect('campaigns');
