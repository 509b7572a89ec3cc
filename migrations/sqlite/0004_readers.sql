-- Readers' reports, how long a verdict stands, and the traces that go after a time.
ALTER TABLE comments ADD COLUMN report_count INTEGER NOT NULL DEFAULT 0;   -- reports that no moderator has answered yet
ALTER TABLE comments ADD COLUMN decided_at INTEGER;                        -- when its status last moved; NULL: never
-- The queue of what readers report: oldest first, and most reported first.
CREATE INDEX comments_reported ON comments (status, created_at, id) WHERE report_count > 0;
CREATE INDEX comments_most_reported ON comments (status, report_count, id) WHERE report_count > 0;

-- All comments of one sender, oldest first, are one scan each; the index of traces shows the pruning what is left.
DROP INDEX comment_private_email;
DROP INDEX comment_private_address;
CREATE INDEX comment_private_email ON comment_private (email_key, created_at, comment_id);
CREATE INDEX comment_private_address ON comment_private (address_hash, created_at, comment_id) WHERE address_hash IS NOT NULL;
CREATE INDEX comment_private_traces ON comment_private (created_at) WHERE address_prefix IS NOT NULL OR agent IS NOT NULL;

-- Written when a reader reports a comment, settled by a moderator's decision, read by the queue alone. A settled report
-- stays a while, so that the same reader cannot raise the same comment again and again.
CREATE TABLE comment_reports (
  id         TEXT PRIMARY KEY,
  comment_id TEXT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
  reporter   TEXT,                           -- keyed hash of comment and address; NULL once it is old
  reason     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  settled_at INTEGER,                        -- NULL: nobody has looked yet
  UNIQUE (comment_id, reporter)
) STRICT;
-- What the pruning has yet to forget.
CREATE INDEX comment_reports_age ON comment_reports (created_at) WHERE reporter IS NOT NULL;

-- A stored answer repeats the words of the comment it made: it goes when they go.
ALTER TABLE receipts ADD COLUMN comment_id TEXT REFERENCES comments (id) ON DELETE CASCADE;
CREATE INDEX receipts_comment ON receipts (comment_id) WHERE comment_id IS NOT NULL;
