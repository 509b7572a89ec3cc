-- The desk: schedules, staged changes, revisions, previews, corrections.

ALTER TABLE articles ADD COLUMN corrections TEXT NOT NULL DEFAULT '[]';
ALTER TABLE articles ADD COLUMN return_note TEXT;       -- why it came back from review; gone when it is submitted again
ALTER TABLE articles ADD COLUMN staged_at   INTEGER;    -- NULL: nothing is staged
-- What is due: the next scheduled start, the next end, and the rows behind them.
CREATE INDEX articles_starting ON articles (public_from) WHERE status = 'scheduled';
CREATE INDEX articles_ending ON articles (public_until) WHERE status = 'published' AND public_until IS NOT NULL;

-- The version that wrote the text: its revision keeps no copy while this is the article's own.
ALTER TABLE article_bodies ADD COLUMN n INTEGER NOT NULL DEFAULT 1;
UPDATE article_bodies SET n = (SELECT version FROM articles WHERE id = article_id);

-- Written with every change of an article, never changed after; read by the desk, by revision and by "changed since".
CREATE TABLE article_revisions (
  article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  n          INTEGER NOT NULL,                          -- the version that the change made
  kind       TEXT NOT NULL CHECK (kind IN ('live', 'staged')),
  action     TEXT NOT NULL,                             -- what was done: created, updated, published…
  at         INTEGER NOT NULL,
  made_by    TEXT REFERENCES api_keys (id),             -- NULL: the operator
  fields     TEXT NOT NULL,                             -- JSON Pointers of what changed
  content    TEXT NOT NULL,                             -- the public content, whole
  body_n     INTEGER NOT NULL,                          -- which text it had
  note       TEXT,
  PRIMARY KEY (article_id, n)
) STRICT;

-- Texts that an article had before, or may have next.
CREATE TABLE article_revision_bodies (
  article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  n          INTEGER NOT NULL,
  format     TEXT NOT NULL CHECK (format IN ('markdown', 'html')),
  source     TEXT NOT NULL,
  PRIMARY KEY (article_id, n)
) STRICT;

-- At most one an article; written by staging, gone when it is published or dropped.
CREATE TABLE article_staged (
  article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
  content    TEXT NOT NULL,
  bases      TEXT NOT NULL,
  text       TEXT,                                      -- NULL: the text is not staged
  body_n     INTEGER                                    -- where its revisions find the text
) STRICT;

CREATE TABLE article_previews (
  id         TEXT PRIMARY KEY,
  article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  n          INTEGER NOT NULL,                          -- the version that is shown
  answer     TEXT NOT NULL,                             -- the very JSON that the link gives
  created_at INTEGER NOT NULL,
  created_by TEXT REFERENCES api_keys (id),
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX article_previews_article ON article_previews (article_id, created_at, id);
CREATE INDEX article_previews_expired ON article_previews (expires_at);

-- What stands already gets its first revision: the article as it is.
INSERT INTO article_revisions (article_id, n, kind, action, at, made_by, fields, content, body_n)
SELECT a.id, a.version, 'live', 'created', a.updated_at, a.updated_by, '[]',
  json_object(
    'slug', a.slug, 'title', a.title, 'subtitle', a.subtitle, 'summary', a.summary, 'language', a.language,
    'section', (SELECT json_object('id', s.id, 'slug', s.slug, 'name', s.name) FROM sections s WHERE s.id = a.section_id),
    'tags', (SELECT json_group_array(json_object('id', t.id, 'slug', t.slug, 'name', t.name) ORDER BY x.position)
             FROM article_tags x JOIN tags t ON t.id = x.tag_id WHERE x.article_id = a.id),
    'authors', (SELECT json_group_array(json_object('id', w.id, 'slug', w.slug, 'name', w.name, 'role', x.role) ORDER BY x.position)
                FROM article_authors x JOIN authors w ON w.id = x.author_id WHERE x.article_id = a.id),
    'cover', json(a.cover), 'canonicalUrl', a.canonical_url, 'seo', json(a.seo),
    'metadata', json_object('public', json(a.metadata_public)), 'corrections', json('[]')),
  a.version
FROM articles a;
