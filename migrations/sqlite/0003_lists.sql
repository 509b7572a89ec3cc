-- Lists that editors arrange by hand: front pages, dossiers, "what you need to know".

-- Written by the lists service, read by the desk and by delivery/lists.ts. A change of the order is a new version.
CREATE TABLE lists (
  id          TEXT PRIMARY KEY,
  slug        TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  description TEXT,
  version     INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
-- The desk's list of lists.
CREATE INDEX lists_by_name ON lists (name, id);

-- What stands in a list, and where; positions may have gaps. Written with its list. An article that is deleted for good
-- leaves by its foreign key, which is no change of the list: it was in the trash, where no reader saw it any more.
CREATE TABLE list_items (
  list_id    TEXT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
  article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  PRIMARY KEY (list_id, article_id)
) STRICT, WITHOUT ROWID;
-- For the deletion of an article.
CREATE INDEX list_items_article ON list_items (article_id);
