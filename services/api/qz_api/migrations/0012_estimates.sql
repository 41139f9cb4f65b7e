-- The same answer as before, in a form of which the planner expects half of the rows rather than
-- one in two hundred: that guess, taken once per joined table, made it sort whole workspaces
-- where an index had the order.
CREATE OR REPLACE FUNCTION qz_sees(p_workspace uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN current_setting('app.workspace', true) IN ('*', p_workspace::text) THEN true
        ELSE false
    END
$$;
