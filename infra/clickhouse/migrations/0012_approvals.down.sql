-- Takes the view back; no row is lost.
DROP VIEW IF EXISTS approvals SYNC;
