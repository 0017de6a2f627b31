//! The double opt-in: asking for a subscription, and confirming it.

use chrono::{DateTime, Duration, Utc};

use super::{Store, StoreError, on};
use crate::mail::address::Address;
use crate::mail::message::message_id;
use crate::model::id::{DigestKey, content_hash};
use crate::subscribe::{Limits, Load};

/// Somebody asks that an address gets a digest; who, nobody knows yet.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    pub digest: &'a DigestKey,
    pub address: &'a Address,
    /// [`Signer::address_hash`](crate::token::Signer::address_hash) of the address.
    pub address_hash: &'a str,
    /// A keyed hash of the network address that asks.
    pub client: &'a str,
    /// The domain of Message-IDs.
    pub mail_domain: &'a str,
    pub limits: Limits,
    pub now: DateTime<Utc>,
}

/// What came of it. Only [`Asked::TooMany`] may be shown: the others would tell a stranger who subscribes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A letter that asks to confirm is queued.
    Queued,
    /// Subscribed already, suppressed, or asked for a moment ago.
    Nothing,
    /// A limit of the last hour is reached.
    TooMany,
}

/// What came of confirming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// From now on; so many editions are on their way.
    Now {
        editions: u64,
    },
    Already,
    /// There is nothing (any more) to confirm.
    Gone,
}

/// An edition's id, name and moment of sending.
type Row = (i64, String, DateTime<Utc>);

impl Store {
    /// Keeps the wish and queues the letter that asks to confirm it, unless the address got one lately: the cooldown
    /// is a condition of the insert, for all digests together. One transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ask(&self, wish: &Wish<'_>) -> Result<Asked, StoreError> {
        const LOAD: &str = "select coalesce(sum(case when domain <> '' then 1 else 0 end), 0),
                coalesce(sum(case when client = $2 then 1 else 0 end), 0),
                coalesce(sum(case when domain = $3 then 1 else 0 end), 0)
            from subscription_requests where at > $1";
        const REQUEST: &str = "insert into subscription_requests (at, client, domain) values ($1, $2, $3)";
        const PENDING: &str = "insert into subscribers
                (digest, address, address_hash, state, created_at, changed_at, asked_at, asked)
            select $1, $2, $3, 'pending', $4, $4, $4, 1
            where not exists (select 1 from subscribers o where o.address_hash = $3 and o.asked_at > $5)
              and not exists (select 1 from suppressions p where p.address_hash = $3 and p.reason <> 'erased')
            on conflict (digest, address) do update set
                state = 'pending', asked_at = excluded.asked_at,
                asked = case when subscribers.state = 'pending' then subscribers.asked + 1 else 1 end,
                changed_at = case when subscribers.state = 'pending' then subscribers.changed_at
                                  else excluded.changed_at end
            where subscribers.state <> 'confirmed' and (subscribers.asked_at is null or subscribers.asked_at <= $5)
              and (subscribers.state <> 'pending' or subscribers.asked < $6)
            returning id";
        const LETTER: &str = "insert into deliveries
                (purpose, subscriber_id, digest, message_id, state, attempts, resent, wanted_at, due_at, changed_at)
            values ('confirmation', $1, $4, $2, 'queued', 0, 0, $3, $3, $3)";
        let Wish { digest, address, address_hash, client, mail_domain, limits, now } = *wish;
        // Counting needs no name, and a domain can be one person's.
        let domain = content_hash(&["domain", address.domain()]);
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            // The cooldown and the limits are about what others ask for as well.
            super::meta::turn!(tx, "turn.asking");
            let (overall, by_client, by_domain): (i64, i64, i64) = sqlx::query_as(LOAD)
                .bind(now - Duration::hours(1)).bind(client).bind(&domain).fetch_one(&mut *tx).await?;
            if !limits.admit(&Load { overall, by_client, by_domain }) {
                return Ok(Asked::TooMany);
            }
            let id: Option<i64> = sqlx::query_scalar(PENDING)
                .bind(digest.as_str())
                .bind(address.as_str().to_lowercase())
                .bind(address_hash)
                .bind(now)
                .bind(now - limits.cooldown)
                .bind(limits.letters)
                .fetch_optional(&mut *tx)
                .await?;
            // What sends no letter counts for its sender alone: repeating it must not close the form for others.
            let counted = if id.is_some() { domain.as_str() } else { "" };
            sqlx::query(REQUEST).bind(now).bind(client).bind(counted).execute(&mut *tx).await?;
            if let Some(id) = id {
                let parts = ["confirmation", &id.to_string(), &now.to_rfc3339()];
                sqlx::query(LETTER).bind(id).bind(message_id(mail_domain, &parts)).bind(now).bind(digest.as_str()).execute(&mut *tx).await?;
            }
            tx.commit().await?;
            Ok(if id.is_some() { Asked::Queued } else { Asked::Nothing })
        })
    }

    /// Confirms the subscription of a link made at `asked_at`, and queues the latest edition for the new reader (and
    /// one that is composed and not yet sent). A link from before the reader left, or from before a subscription was
    /// asked for anew, confirms nothing. One transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn confirm(
        &self,
        id: i64,
        asked_at: DateTime<Utc>,
        mail_domain: &str,
        now: DateTime<Utc>,
    ) -> Result<Confirmed, StoreError> {
        const DIGEST: &str = "select digest from subscribers where id = $1";
        const CONFIRM: &str = "update subscribers set state = 'confirmed', changed_at = $3
            where id = $1 and state = 'pending' and changed_at <= $2
              and not exists (select 1 from suppressions p
                              where p.address_hash = subscribers.address_hash and p.reason <> 'erased')";
        const ALREADY: &str = "select count(*) from subscribers where id = $1 and state = 'confirmed'";
        const BACK: &str = "delete from suppressions where reason = 'erased'
            and address_hash = (select address_hash from subscribers where id = $1)";
        const COMING: &str = "select id, name, send_at from editions where digest = $1 and send_at > $2";
        const LATEST: &str = "select id, name, send_at from editions where digest = $1 and send_at <= $2
            order by cut_off desc, id desc limit 1";
        const LETTER: &str = "insert into deliveries
                (purpose, edition_id, subscriber_id, digest, message_id, state, attempts, resent, wanted_at, due_at,
                 changed_at)
            values ('edition', $1, $2, $6, $3, 'queued', 0, 0, $4, $4, $5)
            on conflict (edition_id, subscriber_id) do nothing";
        const AGAIN: &str = "update deliveries
            set state = 'queued', due_at = $3, wanted_at = $3, changed_at = $4
            where edition_id = $1 and subscriber_id = $2 and state = 'suppressed'";
        const EXPECTED: &str = "update editions set expected = expected + 1 where id = $1";
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let digest: Option<String> = sqlx::query_scalar(DIGEST).bind(id).fetch_optional(&mut *tx).await?;
            let Some(digest) = digest else { return Ok(Confirmed::Gone) };
            // Or an edition that is being published would neither find this reader nor be found.
            super::meta::turn!(tx, super::meta::readers_of(&digest));
            let changed = sqlx::query(CONFIRM)
                .bind(id).bind(asked_at).bind(now).execute(&mut *tx).await?.rows_affected();
            if changed == 0 {
                let already: i64 = sqlx::query_scalar(ALREADY).bind(id).fetch_one(&mut *tx).await?;
                return Ok(if already > 0 { Confirmed::Already } else { Confirmed::Gone });
            }
            sqlx::query(BACK).bind(id).execute(&mut *tx).await?;
            let mut editions: Vec<Row> =
                sqlx::query_as(LATEST).bind(&digest).bind(now).fetch_all(&mut *tx).await?;
            let coming: Vec<Row> = sqlx::query_as(COMING).bind(&digest).bind(now).fetch_all(&mut *tx).await?;
            editions.extend(coming);
            let mut queued = 0;
            for (edition, name, send_at) in editions {
                let message_id = message_id(mail_domain, &[&digest, &name, &id.to_string()]);
                let due = send_at.max(now);
                let new = sqlx::query(LETTER).bind(edition).bind(id).bind(message_id).bind(due).bind(now).bind(&digest)
                    .execute(&mut *tx).await?.rows_affected();
                if new > 0 {
                    sqlx::query(EXPECTED).bind(edition).execute(&mut *tx).await?;
                }
                // One who had left before it was sent, and is back.
                let again = sqlx::query(AGAIN).bind(edition).bind(id).bind(due).bind(now)
                    .execute(&mut *tx).await?.rows_affected();
                queued += new + again;
            }
            tx.commit().await?;
            Ok(Confirmed::Now { editions: queued })
        })
    }
}
