-- What nobody could read, and why; `text` shows what is readable of the original, `value` is the original itself.
CREATE VIEW IF NOT EXISTS quarantined AS
SELECT topic, partition, offset, stage, reason, quarantined_at, original_size, sha256, toValidUTF8(value) AS text, key, value
FROM quarantine FINAL;
