-- As before, in two questions instead of five.
CREATE OR REPLACE FUNCTION qz_surroundings(
    p_workspace uuid, p_mode text, p_among text[], p_versions int,
    OUT allowed_domains text[], OUT blocked_domains text[], OUT allow_private_destinations boolean,
    OUT default_host text, OUT own_hosts text[], OUT route_versions bigint[]
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_before text := current_setting('app.workspace', true);
    v_sees text := set_config('app.workspace', p_workspace::text, true);
BEGIN
    SELECT w.allowed_domains, w.blocked_domains, w.allow_private_destinations,
        coalesce((SELECT d.host FROM domains d
                  WHERE d.workspace_id = p_workspace AND d.mode = p_mode AND d.is_default), ''),
        ARRAY(SELECT nextval('route_versions') FROM generate_series(1, p_versions))
    INTO allowed_domains, blocked_domains, allow_private_destinations, default_host, route_versions
    FROM workspaces w WHERE w.id = p_workspace;

    -- which hosts are anybody's verified domain is public: the edge answers for them
    v_sees := set_config('app.workspace', '*', true);
    IF p_among IS NULL THEN
        own_hosts := ARRAY(SELECT h.host FROM verified_hosts h);
    ELSIF p_among = '{}' THEN
        own_hosts := '{}';
    ELSE
        own_hosts := ARRAY(SELECT h.host FROM verified_hosts h WHERE h.host = ANY (p_among));
    END IF;
    v_sees := set_config('app.workspace', coalesce(v_before, ''), true);
END
$$;
ALTER FUNCTION qz_surroundings(uuid, text, text[], int) SET plan_cache_mode = force_generic_plan;
-- Nobody else asks it.
DROP FUNCTION qz_own_hosts(text[]);
