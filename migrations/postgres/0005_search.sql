-- Full text: what readers find, and what the desk finds. The words are folded by the application (src/core/words.ts)
-- and come as finished tsvectors, so neither a text search configuration nor an extension takes part.

-- Where an article stands in the two indexes. Written by articles/search.store.ts alone, at the end of every change
-- of an article; read by search and by the check of the index. No foreign key: when the article is gone, this still
-- says which rows of the indexes go with it.
CREATE TABLE article_search (
  article_id   uuid PRIMARY KEY,
  seq          bigint NOT NULL,              -- articles.seq, and the row of desk_search
  position     bigint UNIQUE,                -- the row of public_search: grows with published_at, newest highest; NULL: not public
  published_at bigint,                       -- what the position was given for
  digest       text NOT NULL                 -- of the texts that were indexed, and of the rules by which
);
-- The widest of these is asked for: how far a position may lie after the second it was given for, where many articles
-- have that. A search before an instant begins that far after it.
CREATE INDEX article_search_shift ON article_search ((position - published_at / 1000));

-- Articles with a public_from. Nothing private is in it, so that no answer, count or rank depends on a draft.
CREATE TABLE public_search (
  row_number bigint PRIMARY KEY,
  words      tsvector NOT NULL               -- weights: A title, B subtitle, C summary, D text
);
-- Without a pending list, which every search would have to read through.
CREATE INDEX public_search_words ON public_search USING gin (words) WITH (fastupdate = off);

-- All articles.
CREATE TABLE desk_search (
  row_number bigint PRIMARY KEY,
  words      tsvector NOT NULL
);
CREATE INDEX desk_search_words ON desk_search USING gin (words) WITH (fastupdate = off);
