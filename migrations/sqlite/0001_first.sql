create table meta (
    key text primary key,
    value text not null
) strict;

-- What is known of a source between fetches; `state` is a SourceState as JSON.
create table sources (
    key text primary key,
    next_due text,
    last_success text,
    state text not null
) strict;

create table fetch_log (
    id integer primary key,
    source text not null,
    at text not null,
    outcome text not null,
    bytes integer not null,
    items_new integer not null
) strict;
create index fetch_log_at on fetch_log (at);
create index fetch_log_source on fetch_log (source, at);

-- `item` is an Item as JSON; the other columns are what queries ask for.
create table items (
    id text primary key,
    source text not null,
    title text not null,
    url_key text,
    happened_at text not null,
    first_seen text not null,
    eligible_at text,
    removed integer not null,
    language text,
    fingerprint text not null,
    item text not null
) strict;
create index items_eligible on items (eligible_at) where eligible_at is not null;
create index items_happened on items (happened_at);
create index items_source on items (source);

-- `event` is an Event as JSON; `missed` counts complete healthy fetches that no longer listed it.
create table events (
    id text primary key,
    source text not null,
    starts_at text not null,
    ends_at text not null,
    first_seen text not null,
    missed integer not null,
    event text not null
) strict;
create index events_ends on events (ends_at);
create index events_source on events (source);

-- `edition` is an Edition as JSON, frozen.
create table editions (
    id integer primary key,
    digest text not null,
    name text not null,
    number integer not null,
    slot text not null,
    cut_off text not null,
    send_at text not null,
    edition text not null,
    unique (digest, name),
    unique (digest, number),
    unique (digest, slot)
) strict;
create index editions_cut_off on editions (digest, cut_off);

-- Which edition of a digest took which item: the key makes a second one impossible.
create table edition_items (
    digest text not null,
    item text not null,
    edition_id integer not null references editions (id) on delete cascade,
    primary key (digest, item)
) strict;
create index edition_items_edition on edition_items (edition_id);

-- Every story that was ranked for an edition, shown or not; `ranked` is a Ranked as JSON.
create table stories (
    edition_id integer not null references editions (id) on delete cascade,
    id text not null,
    place integer not null,
    shown integer not null,
    title text not null,
    ranked text not null,
    primary key (edition_id, id)
) strict;
create index stories_id on stories (id);

-- The addresses behind the stories that an edition showed, so that nothing returns.
create table shown_links (
    digest text not null,
    url_key text not null,
    edition_id integer not null references editions (id) on delete cascade,
    primary key (digest, url_key)
) strict;

-- The events that an edition showed, with the start it printed (`start` is an EventTime as JSON) and the
-- change it told: moved, cancelled, no-longer-listed.
create table shown_events (
    edition_id integer not null references editions (id) on delete cascade,
    event text not null,
    start text not null,
    change text,
    primary key (edition_id, event)
) strict;
create index shown_events_event on shown_events (event);

create table subscribers (
    id integer primary key,
    digest text not null,
    address text not null,
    state text not null check (state in ('pending', 'confirmed', 'left')),
    created_at text not null,
    changed_at text not null,
    unique (digest, address)
) strict;

create table deliveries (
    id integer primary key,
    edition_id integer not null references editions (id),
    subscriber_id integer not null references subscribers (id),
    address text not null,
    message_id text not null,
    state text not null check (
        state in ('queued', 'claimed', 'sending', 'sent', 'failed', 'in_doubt', 'suppressed', 'expired')
    ),
    attempts integer not null,
    due_at text not null,
    lease_until text,
    worker text,
    reply text,
    changed_at text not null,
    unique (edition_id, subscriber_id)
) strict;
create index deliveries_due on deliveries (state, due_at);
create index deliveries_subscriber on deliveries (subscriber_id);
