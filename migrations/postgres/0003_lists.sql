-- Lists that editors arrange by hand. The same tables as migrations/sqlite, where each is explained.

CREATE TABLE lists (
  id          UUID CONSTRAINT lists_id_key PRIMARY KEY,
  slug        TEXT COLLATE "C" NOT NULL CONSTRAINT lists_slug_key UNIQUE,
  name        TEXT COLLATE "C" NOT NULL,
  description TEXT,
  version     INTEGER NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL
);
CREATE INDEX lists_by_name ON lists (name, id);

CREATE TABLE list_items (
  list_id    UUID NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
  article_id UUID NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  CONSTRAINT list_items_list_id_article_id_key PRIMARY KEY (list_id, article_id)
);
CREATE INDEX list_items_article ON list_items (article_id);
