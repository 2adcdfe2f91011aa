-- Takes the view back; no row is lost.
DROP VIEW IF EXISTS open_revocations SYNC;
