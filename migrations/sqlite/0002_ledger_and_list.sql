-- Double opt-in: `address_hash` is a keyed hash of the normalised address (filled in when the database is opened),
-- `asked_at` when a confirmation was last asked for, `asked` how often since the row is pending.
alter table subscribers add column address_hash text not null default '';
alter table subscribers add column asked_at text;
alter table subscribers add column asked integer not null default 0;
create index subscribers_address_hash on subscribers (address_hash);

-- Addresses that get no mail, by keyed hash: it outlives the subscriber.
create table suppressions (
    address_hash text primary key,
    reason text not null check (reason in ('bounced', 'complained', 'erased')),
    at text not null
) strict;

-- Who asked for subscriptions lately, for the limits; `client` is a keyed hash of the network address,
-- `domain` a hash of the address's domain, or empty where no letter was sent.
create table subscription_requests (
    id integer primary key,
    at text not null,
    client text not null,
    domain text not null
) strict;
create index subscription_requests_at on subscription_requests (at);

-- How many deliveries an edition was published with, and grew to since.
alter table editions add column expected integer not null default 0;
update editions set expected = (select count(*) from deliveries where deliveries.edition_id = editions.id);

-- `epoch` is the sender that claimed it; `wanted_at` when it was first due; `resent` how often what was in doubt
-- was sent again. The address is the subscriber's, and goes with them.
create table deliveries_of_all_purposes (
    id integer primary key,
    purpose text not null check (purpose in ('confirmation', 'edition')),
    digest text not null,
    edition_id integer references editions (id),
    subscriber_id integer references subscribers (id) on delete set null,
    message_id text not null,
    state text not null check (
        state in (
            'queued', 'claimed', 'sending', 'sent', 'failed', 'in_doubt', 'suppressed', 'expired',
            'bounced', 'complained'
        )
    ),
    attempts integer not null,
    resent integer not null,
    wanted_at text not null,
    due_at text not null,
    lease_until text,
    epoch integer,
    reply text,
    changed_at text not null,
    unique (edition_id, subscriber_id),
    check ((purpose = 'edition') = (edition_id is not null))
) strict;
insert into deliveries_of_all_purposes
    (id, purpose, digest, edition_id, subscriber_id, message_id, state, attempts, resent, wanted_at, due_at, lease_until,
     epoch, reply, changed_at)
select d.id, 'edition', e.digest, d.edition_id, d.subscriber_id, d.message_id, d.state, d.attempts, 0, e.send_at, d.due_at,
    d.lease_until, null, d.reply, d.changed_at
from deliveries d join editions e on e.id = d.edition_id;
drop table deliveries;
alter table deliveries_of_all_purposes rename to deliveries;
create index deliveries_queue on deliveries (purpose, due_at, id) where state = 'queued';
create index deliveries_state on deliveries (state);
create index deliveries_subscriber on deliveries (subscriber_id);
create index deliveries_wanted on deliveries (wanted_at);
