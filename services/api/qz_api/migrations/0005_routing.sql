-- What the edges are told: routing records as they stand, and what is still to be published.

-- Versions of routing records only grow; after a restore from a backup the sequence is moved on.
CREATE SEQUENCE route_versions;
GRANT USAGE ON SEQUENCE route_versions TO quietzone_app;

-- The compacted topic `routing` as it stands: value by key, what a lost topic is filled from.
CREATE TABLE routes (
    key text COLLATE "C" PRIMARY KEY,
    workspace_id uuid,
    value bytea NOT NULL,
    deleted_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE INDEX routes_deleted ON routes (deleted_at) WHERE deleted_at IS NOT NULL;
SELECT qz_protect('routes');

CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
SELECT qz_protect('outbox');

-- Where the marker of the last complete re-publish stands in each partition of a routing topic.
CREATE TABLE routing_markers (
    topic text NOT NULL,
    partition_number int NOT NULL,
    marker_id text NOT NULL,
    record_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition_number)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON routing_markers TO quietzone_app;
