-- When a process last said that it is about to ask this source: written before any request is made, so that no other
-- process asks too, and a killed one is not followed by another that asks at once.
alter table sources add column claimed_at text;

-- What the robots.txt of an origin (scheme, host and port) said; `robots` is a Standing as JSON.
create table robots (
    origin text primary key,
    fetched_at text not null,
    robots text not null
) strict;
create index robots_fetched on robots (fetched_at);

-- What the page behind a story told, or why it told nothing; `article` is a Reading as JSON.
create table articles (
    url text primary key,
    fetched_at text not null,
    article text not null
) strict;
create index articles_fetched on articles (fetched_at);
