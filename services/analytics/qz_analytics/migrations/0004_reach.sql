-- Which numbers of each journal lie in each part: tells whether a scan can lie in two of them. It
-- takes the place of `marks`, and answers for the highest numbers as that did.
ALTER TABLE scans ADD PROJECTION IF NOT EXISTS reach (SELECT journal, min(seq), max(seq) GROUP BY journal);

ALTER TABLE scans MATERIALIZE PROJECTION reach;

ALTER TABLE scans DROP PROJECTION IF EXISTS marks;
