-- What keeps spam out of the comments.

-- Form tokens that were used. Written and read with each comment that brings one; a row is deleted once its token is
-- too old to be used again.
CREATE TABLE spent_tokens (
  hash       TEXT PRIMARY KEY,               -- SHA-256 of the token
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- What may be forgotten.
CREATE INDEX spent_tokens_age ON spent_tokens (expires_at);

-- How many comments an article took in the last minute.
CREATE INDEX comments_recent ON comments (article_id, created_at);
