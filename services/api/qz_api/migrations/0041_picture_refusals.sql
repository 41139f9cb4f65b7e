-- Why a foreign picture could not be had, as a code that programs know.
ALTER TABLE picture_sources ADD COLUMN code text NOT NULL DEFAULT 'picture_not_fetched';
