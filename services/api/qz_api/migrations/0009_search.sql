-- Searching names, slugs, destinations and tags.
-- Behind row-level security neither ILIKE nor an array operator reaches an index, because they are
-- not leakproof. These functions look as the owner of the tables, in one workspace that the caller
-- sees anyway, and give at most p_limit ids. NULL says that there is no index to look in.
-- The caller walks a list in its order when there are more: then the next hit is never far.
-- They are for the app role alone, and blind to tables that a session makes for itself: a path
-- without the name of the temporary schema would have that searched first.

CREATE POLICY searcher ON links FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY searcher ON codes FOR SELECT TO CURRENT_USER USING (true);

CREATE INDEX links_tags ON links USING gin (tags) WHERE tags <> '{}';
CREATE INDEX codes_tags ON codes USING gin (tags) WHERE tags <> '{}';

CREATE FUNCTION qz_tagged_links(p_workspace uuid, p_mode text, p_tag text, p_limit int)
RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT array(
        SELECT id FROM links
        WHERE tags @> ARRAY[p_tag] AND tags <> '{}' AND workspace_id = p_workspace
            AND mode = p_mode AND qz_sees(p_workspace)
        LIMIT p_limit
    )
$$;

CREATE FUNCTION qz_tagged_codes(p_workspace uuid, p_mode text, p_tag text, p_limit int)
RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT array(
        SELECT id FROM codes
        WHERE tags @> ARRAY[p_tag] AND tags <> '{}' AND workspace_id = p_workspace
            AND mode = p_mode AND qz_sees(p_workspace)
        LIMIT p_limit
    )
$$;

REVOKE EXECUTE ON FUNCTION qz_tagged_links, qz_tagged_codes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION qz_tagged_links, qz_tagged_codes TO quietzone_app;

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$;

DO $$ BEGIN
    -- without the extension a search is a walk
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE FUNCTION qz_found_links(p_workspace uuid, p_mode text, p_pattern text, p_limit int)
        RETURNS uuid[] LANGUAGE sql STABLE AS $f$ SELECT NULL::uuid[] $f$;
        CREATE FUNCTION qz_found_codes(p_workspace uuid, p_mode text, p_pattern text, p_limit int)
        RETURNS uuid[] LANGUAGE sql STABLE AS $f$ SELECT NULL::uuid[] $f$;
        RETURN;
    END IF;

    CREATE INDEX links_text ON links
        USING gin ((name || ' ' || slug || ' ' || destination_url) gin_trgm_ops);
    CREATE INDEX codes_text ON codes USING gin (name gin_trgm_ops) WHERE name <> '';

    CREATE FUNCTION qz_found_links(
        p_workspace uuid, p_mode text, p_pattern text, p_limit int
    ) RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    AS $f$
        SELECT array(
            SELECT id FROM links
            WHERE name || ' ' || slug || ' ' || destination_url ILIKE p_pattern
                AND workspace_id = p_workspace AND mode = p_mode AND qz_sees(p_workspace)
            LIMIT p_limit
        )
    $f$;

    CREATE FUNCTION qz_found_codes(
        p_workspace uuid, p_mode text, p_pattern text, p_limit int
    ) RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    AS $f$
        SELECT array(
            SELECT id FROM codes
            WHERE name <> '' AND name ILIKE p_pattern
                AND workspace_id = p_workspace AND mode = p_mode AND qz_sees(p_workspace)
            LIMIT p_limit
        )
    $f$;

    REVOKE EXECUTE ON FUNCTION qz_found_links, qz_found_codes FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION qz_found_links, qz_found_codes TO quietzone_app;
END $$;
