-- Keys, authors, sections, tags, articles, comments, and what happened to them.
-- Instants are integers: milliseconds since the epoch, UTC. Ids are UUIDv7 text.
-- No foreign key here is deferrable: one bad write must fail alone, not with everybody in its commit.

CREATE TABLE secrets (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE settings (
  name       TEXT PRIMARY KEY,
  value      TEXT NOT NULL,
  version    INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE authors (
  id            TEXT PRIMARY KEY,
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  bio           TEXT,
  avatar_url    TEXT,
  website       TEXT,
  links         TEXT NOT NULL,
  email         TEXT,
  email_key     TEXT UNIQUE,                 -- folded: two spellings of one address are one address
  active        INTEGER NOT NULL CHECK (active IN (0, 1)),
  source_system TEXT,
  source_id     TEXT,
  article_count INTEGER NOT NULL,  -- public articles, settled
  version       INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  UNIQUE (source_system, source_id)
) STRICT;
CREATE INDEX authors_by_name ON authors (name, id);

CREATE TABLE api_keys (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  role         TEXT NOT NULL CHECK (role IN ('site', 'contributor', 'reporter', 'moderator', 'editor', 'admin')),
  author_id    TEXT REFERENCES authors (id),
  created_by   TEXT REFERENCES api_keys (id),
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  revoked_at   INTEGER,
  last_used_at INTEGER,
  version      INTEGER NOT NULL
) STRICT;
CREATE INDEX api_keys_author ON api_keys (author_id) WHERE author_id IS NOT NULL;

CREATE TABLE api_key_secrets (
  hash       TEXT PRIMARY KEY,               -- SHA-256 of the key; the key itself is never stored
  key_id     TEXT NOT NULL REFERENCES api_keys (id),
  hint       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;
CREATE INDEX api_key_secrets_key ON api_key_secrets (key_id);

CREATE TABLE sections (
  id            TEXT PRIMARY KEY,
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  description   TEXT,
  position      INTEGER NOT NULL,            -- the site's order
  article_count INTEGER NOT NULL,
  version       INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX sections_in_order ON sections (position, id);

CREATE TABLE tags (
  id            TEXT PRIMARY KEY,
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  name_key      TEXT NOT NULL UNIQUE,        -- folded: "Budget" and "budget" are one tag
  article_count INTEGER NOT NULL,
  version       INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;

-- Public at an instant: public_from <= instant AND (public_until IS NULL OR public_until > instant).
-- Rules write the interval, queries compare it; no public query reads the status.
CREATE TABLE articles (
  seq               INTEGER PRIMARY KEY,
  id                TEXT NOT NULL UNIQUE,
  status            TEXT NOT NULL CHECK (status IN ('draft', 'in_review', 'scheduled', 'published', 'archived', 'trashed')),
  slug              TEXT NOT NULL,
  slug_is_explicit  INTEGER NOT NULL CHECK (slug_is_explicit IN (0, 1)),
  title             TEXT NOT NULL,
  subtitle          TEXT,
  summary           TEXT,
  excerpt           TEXT NOT NULL,           -- the summary made from the body, where none was written
  language          TEXT NOT NULL,
  section_id        TEXT REFERENCES sections (id),
  cover             TEXT,
  canonical_url     TEXT,
  seo               TEXT NOT NULL,
  comment_policy    TEXT CHECK (comment_policy IN ('open', 'moderated', 'closed')),
  comments_close_at INTEGER,
  comment_count     INTEGER NOT NULL,
  word_count        INTEGER NOT NULL,
  source_system     TEXT,
  source_id         TEXT,
  notes             TEXT,
  metadata_public   TEXT NOT NULL,
  metadata_private  TEXT NOT NULL,
  published_at      INTEGER,                 -- first publication; the sort key of every public list
  modified_at       INTEGER,                 -- last change the public can see
  public_from       INTEGER,                 -- NULL: not public
  public_until      INTEGER,                 -- NULL: no end
  version           INTEGER NOT NULL,
  created_at        INTEGER NOT NULL,
  created_by        TEXT REFERENCES api_keys (id),
  updated_at        INTEGER NOT NULL,
  updated_by        TEXT REFERENCES api_keys (id),
  UNIQUE (source_system, source_id)
) STRICT;
-- Delivery lists: each is one range scan, the visibility test answered from the index itself.
CREATE INDEX articles_listed ON articles (published_at DESC, id DESC, public_from, public_until) WHERE public_from IS NOT NULL;
CREATE INDEX articles_modified ON articles (modified_at DESC, id DESC, public_from, public_until) WHERE public_from IS NOT NULL;
CREATE INDEX articles_section_listed ON articles (section_id, published_at DESC, id DESC, public_from, public_until) WHERE public_from IS NOT NULL;
CREATE INDEX articles_language_listed ON articles (language, published_at DESC, id DESC, public_from, public_until) WHERE public_from IS NOT NULL;
-- The next instant at which anything starts or ends being public.
CREATE INDEX articles_public_from ON articles (public_from) WHERE public_from IS NOT NULL;
CREATE INDEX articles_public_until ON articles (public_until) WHERE public_until IS NOT NULL;
-- The desk's lists.
CREATE INDEX articles_updated ON articles (updated_at DESC, id DESC);
CREATE INDEX articles_status_updated ON articles (status, updated_at DESC, id DESC);
CREATE INDEX articles_created_by ON articles (created_by, updated_at DESC, id DESC);

CREATE TABLE article_bodies (
  article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
  format     TEXT NOT NULL CHECK (format IN ('markdown', 'html')),
  source     TEXT NOT NULL,
  html       TEXT NOT NULL,
  text       TEXT NOT NULL,
  renderer   TEXT NOT NULL                   -- the versions that rendered it, so that an update can render again
) STRICT;

CREATE TABLE article_slugs (
  slug       TEXT PRIMARY KEY,
  article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX article_slugs_article ON article_slugs (article_id);

CREATE TABLE article_tags (
  article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  tag_id     TEXT NOT NULL REFERENCES tags (id),
  position   INTEGER NOT NULL,
  listed_at  INTEGER,                        -- published_at while public_from is set
  PRIMARY KEY (article_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_tags_listed ON article_tags (tag_id, listed_at DESC, article_id DESC) WHERE listed_at IS NOT NULL;
CREATE INDEX article_tags_tag ON article_tags (tag_id);

CREATE TABLE article_authors (
  article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  author_id  TEXT NOT NULL REFERENCES authors (id),
  role       TEXT NOT NULL,
  position   INTEGER NOT NULL,
  listed_at  INTEGER,
  PRIMARY KEY (article_id, author_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_authors_listed ON article_authors (author_id, listed_at DESC, article_id DESC) WHERE listed_at IS NOT NULL;
CREATE INDEX article_authors_author ON article_authors (author_id);

-- thread_key: the ids of the ancestors and the comment's own, joined: a thread in order is one range scan,
-- and a new reply never moves an old one.
CREATE TABLE comments (
  id          TEXT PRIMARY KEY,
  article_id  TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  parent_id   TEXT REFERENCES comments (id) ON DELETE CASCADE,
  depth       INTEGER NOT NULL CHECK (depth BETWEEN 1 AND 5),
  thread_key  TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'spam', 'rejected', 'deleted')),
  shown       INTEGER NOT NULL CHECK (shown IN (0, 1)),
  author_name TEXT NOT NULL,
  author_url  TEXT,
  is_staff    INTEGER NOT NULL CHECK (is_staff IN (0, 1)),
  body        TEXT NOT NULL,
  fingerprint TEXT NOT NULL,                 -- hash of parent, sender and folded text: the duplicate's key
  reasons     TEXT NOT NULL,
  reply_count INTEGER NOT NULL,              -- shown direct replies
  version     INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  edited_at   INTEGER
) STRICT;
CREATE INDEX comments_thread ON comments (article_id, thread_key) WHERE shown = 1;
CREATE INDEX comments_shown ON comments (article_id, created_at, id) WHERE shown = 1;
CREATE INDEX comments_replies ON comments (parent_id, created_at, id);
CREATE INDEX comments_queue ON comments (status, created_at, id);
CREATE INDEX comments_article_queue ON comments (article_id, status, created_at, id);
CREATE INDEX comments_fingerprint ON comments (article_id, fingerprint);

CREATE TABLE comment_private (
  comment_id     TEXT PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
  email          TEXT NOT NULL,
  email_key      TEXT NOT NULL,
  address_prefix TEXT,                       -- /24 or /48
  address_hash   TEXT,                       -- keyed hash of the whole address
  agent          TEXT,
  created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX comment_private_email ON comment_private (email_key, created_at);
CREATE INDEX comment_private_address ON comment_private (address_hash, created_at) WHERE address_hash IS NOT NULL;

CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  actor    TEXT NOT NULL,                    -- key:<id>, reader or system
  action   TEXT NOT NULL,                    -- noun.past_participle
  subject  TEXT NOT NULL,                    -- kind:<id>
  version  INTEGER,
  tags     TEXT NOT NULL                     -- the cache tags of every answer that shows it
) STRICT;
CREATE INDEX events_subject ON events (subject, position);
CREATE INDEX events_actor ON events (actor, position);
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

CREATE TABLE receipts (
  key        TEXT PRIMARY KEY,               -- hash of caller, route and Idempotency-Key
  body_hash  TEXT NOT NULL,
  status     INTEGER NOT NULL,
  headers    TEXT NOT NULL,
  body       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX receipts_age ON receipts (created_at);
