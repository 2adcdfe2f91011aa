-- What should have been undone and as far as we know is not: commands without a good outcome, the longest waiting first.
SELECT dateDiff('minute', issued_at, now64(3)) AS minutes_open, status, responder, detail, action, operation, subject,
       entitlements, source, reason, issued_at, decision_id, command_id
FROM open_revocations
WHERE tenant = {tenant:String} AND issued_at <= now64(3) - toIntervalMinute({older_than_minutes:UInt32})
ORDER BY issued_at, command_id
LIMIT 1000;
