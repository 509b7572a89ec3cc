-- What is limited across processes.

-- When keys that open nothing were sent. Written and read with each such key, at the place to which its sender's address
-- is hashed: there are never more rows than places (access/failed-keys.ts), so nobody can fill a disk with it.
CREATE TABLE failed_keys (
  place     TEXT COLLATE "C" CONSTRAINT failed_keys_place_key PRIMARY KEY,
  failed_at JSON NOT NULL                    -- instants of the last minute, newest first
);
