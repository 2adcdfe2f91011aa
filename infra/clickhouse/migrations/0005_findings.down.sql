-- Takes the table back, with all its rows.
DROP TABLE IF EXISTS findings SYNC;
