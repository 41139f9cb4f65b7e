-- New codes of a month have rows of their own, several to a workspace, so that creates of one
-- workspace wait neither for each other nor for the meter of its calls.
CREATE TABLE usage_codes (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    month date NOT NULL,
    shard smallint NOT NULL,
    created bigint NOT NULL,
    PRIMARY KEY (workspace_id, month, shard)
) WITH (fillfactor = 50);
SELECT qz_protect('usage_codes');

SET LOCAL app.workspace = '*';
INSERT INTO usage_codes (workspace_id, month, shard, created)
SELECT workspace_id, month, 0, qr_generated FROM usage_months WHERE qr_generated > 0;
ALTER TABLE usage_months DROP COLUMN qr_generated;
