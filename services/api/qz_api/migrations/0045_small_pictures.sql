-- Pictures as landing pages carry them: made once, by a drawing process, when a page first asks.
ALTER TABLE pictures
    ADD COLUMN small bytea CHECK (length(small) BETWEEN 1 AND 1048576),
    ADD COLUMN small_width int,
    ADD COLUMN small_height int;
ALTER TABLE pictures ALTER COLUMN small SET STORAGE EXTERNAL;
