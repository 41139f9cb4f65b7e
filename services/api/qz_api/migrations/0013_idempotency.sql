-- Answers that were given, by Idempotency-Key: a call that comes again gets the same one.

CREATE TABLE idempotency_keys (
    workspace_id uuid NOT NULL,
    mode text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL,
    status smallint,
    headers jsonb,
    body bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, mode, operation, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
SELECT qz_protect('idempotency_keys');

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
