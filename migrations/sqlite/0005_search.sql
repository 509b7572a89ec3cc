-- Full text: what readers find, and what the desk finds. The words are folded by the application (src/core/words.ts),
-- so the tokenizer only parts them at blanks. The text itself is not kept a second time (content=''); a row of the
-- index is a number, and what it stands for is in article_search.

-- Where an article stands in the two indexes. Written by articles/search.store.ts alone, at the end of every change
-- of an article; read by search and by the check of the index. No foreign key: when the article is gone, this still
-- says which rows of the indexes go with it.
CREATE TABLE article_search (
  article_id   TEXT PRIMARY KEY,
  seq          INTEGER NOT NULL,             -- articles.seq, and the row of desk_search
  position     INTEGER UNIQUE,               -- the row of public_search: grows with published_at, newest highest; NULL: not public
  published_at INTEGER,                      -- what the position was given for
  digest       TEXT NOT NULL                 -- of the texts that were indexed, and of the rules by which
) STRICT, WITHOUT ROWID;
-- The widest of these is asked for: how far a position may lie after the second it was given for, where many articles
-- have that. A search before an instant begins that far after it.
CREATE INDEX article_search_shift ON article_search ((position - published_at / 1000));

-- Beginnings of three and four letters are words of the index: without that, FTS5 merges the lists of all words that
-- begin so before it gives the first row, which holds a process for a second.
--
-- Articles with a public_from. Nothing private is in it, so that no answer, count or rank depends on a draft.
CREATE VIRTUAL TABLE public_search USING fts5(
  title, subtitle, summary, body, content='', contentless_delete=1, tokenize='ascii', prefix='3 4'
);

-- All articles.
CREATE VIRTUAL TABLE desk_search USING fts5(
  title, subtitle, summary, body, content='', contentless_delete=1, tokenize='ascii', prefix='3 4'
);
