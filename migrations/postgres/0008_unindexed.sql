-- Articles that the search indexes do not know yet. A migration writes it: this one, with the articles that are older
-- than the indexes; a later one with all of them, should the rules change by which a text becomes words. Read at each
-- start, which indexes what it finds here and takes it out (articles/search.ts). Else it is empty: whatever changes an
-- article indexes it in the same transaction.
CREATE TABLE unindexed_articles (
  article_id uuid CONSTRAINT unindexed_articles_article_id_key PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE
);

INSERT INTO unindexed_articles (article_id)
SELECT id FROM articles WHERE NOT EXISTS (SELECT 1 FROM article_search WHERE article_id = articles.id);
