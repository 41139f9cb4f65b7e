-- A command that makes a code reads once and writes once.

-- What drafts of links are read against: what the workspace admits, where its new links stand,
-- which of these hosts lead back to us (all, when null), and versions for routes that are about to
-- be made. It says itself what it may see, so it needs no transaction around it.
CREATE FUNCTION qz_surroundings(
    p_workspace uuid, p_mode text, p_among text[], p_versions int,
    OUT allowed_domains text[], OUT blocked_domains text[], OUT allow_private_destinations boolean,
    OUT default_host text, OUT own_hosts text[], OUT route_versions bigint[]
)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_sees text := set_config('app.workspace', p_workspace::text, true);
BEGIN
    SELECT w.allowed_domains, w.blocked_domains, w.allow_private_destinations,
        coalesce((SELECT d.host FROM domains d
                  WHERE d.workspace_id = p_workspace AND d.mode = p_mode AND d.is_default), '')
    INTO allowed_domains, blocked_domains, allow_private_destinations, default_host
    FROM workspaces w WHERE w.id = v_sees::uuid;
    own_hosts := qz_own_hosts(p_among);
    route_versions := ARRAY(
        SELECT nextval('route_versions') FROM generate_series(1, p_versions)
    );
END
$$;

-- The record of an Idempotency-Key that has its answer.
CREATE FUNCTION qz_stored_answer(
    p_workspace uuid, p_mode text, p_operation text, p_key text,
    OUT request_hash bytea, OUT status smallint, OUT headers jsonb, OUT body bytea
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_sees text := set_config('app.workspace', p_workspace::text, true);
BEGIN
    SELECT k.request_hash, k.status, k.headers, k.body INTO request_hash, status, headers, body
    FROM idempotency_keys k
    WHERE k.workspace_id = v_sees::uuid AND k.mode = p_mode AND k.operation = p_operation
        AND k.key = p_key AND k.status IS NOT NULL;
END
$$;

-- A link and its rank are written by one statement, and neither is ever deleted: a trigger that
-- writes the one behind the other, and keys that look whether it is there, cost more than both.
DROP TRIGGER rank_begin ON links;
DROP FUNCTION link_ranks_begin();
ALTER TABLE link_ranks DROP CONSTRAINT link_ranks_link_id_fkey;
ALTER TABLE link_versions DROP CONSTRAINT link_versions_link_id_fkey;
-- As with codes: row-level security lets nobody write a link for another workspace.
ALTER TABLE links DROP CONSTRAINT links_workspace_id_fkey;

-- Nothing was ever found by it.
ALTER TABLE links DROP COLUMN number;
