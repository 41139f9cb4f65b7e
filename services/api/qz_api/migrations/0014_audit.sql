-- Who changed what. The app role may add and read, never change or remove.

CREATE TABLE audit_log (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_kind text NOT NULL CHECK (actor_kind IN ('key', 'user', 'system')),
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    action text NOT NULL CHECK (action ~ '^[a-z_]+(\.[a-z_]+)+$'),
    object_id text NOT NULL,
    request_id text NOT NULL,
    before jsonb,
    after jsonb
);
CREATE INDEX audit_log_of_workspace ON audit_log (workspace_id, mode, at DESC, id DESC);
CREATE INDEX audit_log_of_object ON audit_log (workspace_id, mode, object_id, at DESC, id DESC);
CREATE INDEX audit_log_of_actor ON audit_log (workspace_id, mode, actor_id, at DESC, id DESC);
SELECT qz_protect('audit_log');
REVOKE UPDATE, DELETE ON audit_log FROM quietzone_app;
