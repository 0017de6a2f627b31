-- Double opt-in: `address_hash` is a keyed hash of the normalised address (filled in when the database is opened),
-- `asked_at` when a confirmation was last asked for, `asked` how often since the row is pending.
alter table subscribers add column address_hash text not null default '';
alter table subscribers add column asked_at timestamptz;
alter table subscribers add column asked bigint not null default 0;
create index subscribers_address_hash on subscribers (address_hash);

-- Addresses that get no mail, by keyed hash: it outlives the subscriber.
create table suppressions (
    address_hash text primary key,
    reason text not null check (reason in ('bounced', 'complained', 'erased')),
    at timestamptz not null
);

-- Who asked for subscriptions lately, for the limits; `client` is a keyed hash of the network address,
-- `domain` a hash of the address's domain, or empty where no letter was sent.
create table subscription_requests (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    client text not null,
    domain text not null
);
create index subscription_requests_at on subscription_requests (at);

-- How many deliveries an edition was published with, and grew to since.
alter table editions add column expected bigint not null default 0;
update editions set expected = (select count(*) from deliveries where deliveries.edition_id = editions.id);

-- `epoch` is the sender that claimed it; `wanted_at` when it was first due; `resent` how often what was in doubt
-- was sent again. The address is the subscriber's, and goes with them.
alter table deliveries drop constraint deliveries_state_check;
alter table deliveries add check (
    state in (
        'queued', 'claimed', 'sending', 'sent', 'failed', 'in_doubt', 'suppressed', 'expired', 'bounced', 'complained'
    )
);
alter table deliveries add column purpose text not null default 'edition'
    check (purpose in ('confirmation', 'edition'));
alter table deliveries alter column purpose drop default;
alter table deliveries add column digest text;
update deliveries set digest = (select e.digest from editions e where e.id = deliveries.edition_id);
alter table deliveries alter column digest set not null;
alter table deliveries alter column edition_id drop not null;
alter table deliveries add check ((purpose = 'edition') = (edition_id is not null));
alter table deliveries alter column subscriber_id drop not null;
alter table deliveries drop constraint deliveries_subscriber_id_fkey;
alter table deliveries add foreign key (subscriber_id) references subscribers (id) on delete set null;
alter table deliveries add column resent bigint not null default 0;
alter table deliveries alter column resent drop default;
alter table deliveries add column wanted_at timestamptz;
update deliveries set wanted_at = (select e.send_at from editions e where e.id = deliveries.edition_id);
alter table deliveries alter column wanted_at set not null;
alter table deliveries add column epoch bigint;
alter table deliveries drop column worker;
alter table deliveries drop column address;
drop index deliveries_due;
create index deliveries_queue on deliveries (purpose, due_at, id) where state = 'queued';
create index deliveries_state on deliveries (state);
create index deliveries_wanted on deliveries (wanted_at);
