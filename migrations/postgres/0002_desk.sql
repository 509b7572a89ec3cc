-- The desk: schedules, staged changes, revisions, previews, corrections. The SQLite file explains each table.

ALTER TABLE articles ADD COLUMN corrections JSON NOT NULL DEFAULT '[]';
ALTER TABLE articles ADD COLUMN return_note TEXT;
ALTER TABLE articles ADD COLUMN staged_at   BIGINT;
CREATE INDEX articles_starting ON articles (public_from) WHERE status = 'scheduled';
CREATE INDEX articles_ending ON articles (public_until) WHERE status = 'published' AND public_until IS NOT NULL;

ALTER TABLE article_bodies ADD COLUMN n INTEGER NOT NULL DEFAULT 1;
UPDATE article_bodies SET n = (SELECT version FROM articles WHERE id = article_id);

CREATE TABLE article_revisions (
  article_id UUID NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  n          INTEGER NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('live', 'staged')),
  action     TEXT NOT NULL,
  at         BIGINT NOT NULL,
  made_by    UUID REFERENCES api_keys (id),
  fields     JSON NOT NULL,
  content    JSON NOT NULL,
  body_n     INTEGER NOT NULL,
  note       TEXT,
  CONSTRAINT article_revisions_article_id_n_key PRIMARY KEY (article_id, n)
);

CREATE TABLE article_revision_bodies (
  article_id UUID NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  n          INTEGER NOT NULL,
  format     TEXT NOT NULL CHECK (format IN ('markdown', 'html')),
  source     TEXT NOT NULL,
  CONSTRAINT article_revision_bodies_article_id_n_key PRIMARY KEY (article_id, n)
);

CREATE TABLE article_staged (
  article_id UUID CONSTRAINT article_staged_article_id_key PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
  content    JSON NOT NULL,
  bases      JSON NOT NULL,
  text       JSON,
  body_n     INTEGER
);

CREATE TABLE article_previews (
  id         UUID CONSTRAINT article_previews_id_key PRIMARY KEY,
  article_id UUID NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  n          INTEGER NOT NULL,
  answer     TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by UUID REFERENCES api_keys (id),
  expires_at BIGINT NOT NULL
);
CREATE INDEX article_previews_article ON article_previews (article_id, created_at, id);
CREATE INDEX article_previews_expired ON article_previews (expires_at);

INSERT INTO article_revisions (article_id, n, kind, action, at, made_by, fields, content, body_n)
SELECT a.id, a.version, 'live', 'created', a.updated_at, a.updated_by, '[]',
  json_build_object(
    'slug', a.slug, 'title', a.title, 'subtitle', a.subtitle, 'summary', a.summary, 'language', a.language,
    'section', (SELECT json_build_object('id', s.id, 'slug', s.slug, 'name', s.name) FROM sections s WHERE s.id = a.section_id),
    'tags', (SELECT coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name) ORDER BY x.position), '[]')
             FROM article_tags x JOIN tags t ON t.id = x.tag_id WHERE x.article_id = a.id),
    'authors', (SELECT coalesce(json_agg(json_build_object('id', w.id, 'slug', w.slug, 'name', w.name, 'role', x.role) ORDER BY x.position), '[]')
                FROM article_authors x JOIN authors w ON w.id = x.author_id WHERE x.article_id = a.id),
    'cover', a.cover, 'canonicalUrl', a.canonical_url, 'seo', a.seo,
    'metadata', json_build_object('public', a.metadata_public), 'corrections', '[]'::json),
  a.version
FROM articles a;
