-- A key that was rolled ends with its overlap; until when it was granted is kept apart, for the keys
-- that replace it.

ALTER TABLE api_keys
    ADD COLUMN replaced_at timestamptz,
    ADD COLUMN granted_until timestamptz;
COMMENT ON COLUMN api_keys.granted_until IS
    'of a key with replaced_at: its expires_at before the first roll';
