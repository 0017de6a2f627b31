//! Claims: what one process is about to ask, no other asks, and not even a killed one is followed too soon.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use url::Url;

use super::items::moment;
use super::sources::states_of;
use super::{Store, StoreError, on};
use crate::fetch::plan::{CLAIM_RENEWAL, Plan, SourceState};
use crate::model::id::SourceKey;

/// Sources that this process alone may ask, until each is kept or released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    open: BTreeSet<SourceKey>,
    /// What stands in the rows: whose row says something else lost it.
    at: DateTime<Utc>,
}

/// What is to be asked, and what was known of every source when that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub plan: Plan,
    pub states: BTreeMap<SourceKey, SourceState>,
    pub claim: Claim,
}

impl Claim {
    #[must_use]
    pub fn holds(&self, key: &SourceKey) -> bool {
        self.open.contains(key)
    }

    /// Forgets a source whose answer was kept: keeping has cleared its row.
    pub fn kept(&mut self, key: &SourceKey) {
        self.open.remove(key);
    }
}

/// "BELLFETC" as a number: PostgreSQL's advisory locks are named by one.
const CLAIMING: i64 = 0x4245_4c4c_4645_5443;
/// Keys in one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
const CHUNK: usize = 5_000;

/// Keys to claim whose rows say the same, and those of them whose row is missing or speaks of another address.
#[derive(Default)]
struct Group {
    known: Vec<String>,
    fresh: Vec<SourceState>,
}

impl Store {
    /// Lets `choose` plan from what is known of every source, and claims what it planned, in one transaction: what
    /// another process claims or keeps meanwhile is planned by neither or by one. Only what the plan still holds
    /// may be asked.
    ///
    /// # Errors
    /// When the database refuses; then nothing is claimed, and nothing may be asked.
    pub async fn claim_sources(
        &self,
        now: DateTime<Utc>,
        choose: impl FnOnce(&BTreeMap<SourceKey, SourceState>) -> Plan,
    ) -> Result<Claimed, StoreError> {
        const READ: &str = "select state, claimed_at from sources";
        let at = moment(now);
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            // SQLite has one writer anyway. Without this, two could each choose before the other has claimed, and
            // meet at one host with different sources.
            if matches!(self, Self::Postgres(_)) {
                sqlx::query("select pg_advisory_xact_lock($1)").bind(CLAIMING).execute(&mut *tx).await?;
            }
            let states = states_of(sqlx::query_as(READ).fetch_all(&mut *tx).await?)?;
            let known_rows: BTreeSet<SourceKey> = states.keys().cloned().collect();
            let mut plan = choose(&states);
            let mut open = BTreeSet::new();
            for (seen, Group { known, fresh }) in groups(&plan, &states) {
                for keys in known.chunks(CHUNK) {
                    // Its holder may be alive after all and just writing: who waits for it may wait in a circle.
                    let may_be_locked = matches!(self, Self::Postgres(_)) && seen.is_some();
                    let mut update = sqlx::QueryBuilder::new("update sources set claimed_at = ");
                    update.push_bind(at).push(" where claimed_at is not distinct from ").push_bind(seen);
                    update.push(" and key in (");
                    if may_be_locked {
                        update.push("select key from sources where key in (");
                    }
                    let mut list = update.separated(", ");
                    for key in keys {
                        list.push_bind(key.as_str());
                    }
                    if may_be_locked {
                        update.push(") for update skip locked");
                    }
                    update.push(") returning key");
                    let claimed: Vec<String> =
                        update.build_query_scalar().persistent(false).fetch_all(&mut *tx).await?;
                    open.extend(claimed.iter().filter_map(|key| SourceKey::parse(key).ok()));
                }
                for states in fresh.chunks(CHUNK) {
                    let mut free: BTreeSet<String> = BTreeSet::new();
                    if matches!(self, Self::Postgres(_)) {
                        let places = super::placeholders(1, states.len());
                        let sql = format!("select key from sources where key in ({places}) for update skip locked");
                        let mut query = sqlx::query_scalar(super::assembled(sql));
                        for state in states {
                            query = query.bind(state.key.as_str());
                        }
                        free.extend(query.fetch_all(&mut *tx).await?);
                    }
                    // An insert would wait for whoever has the row of an edited address.
                    let may_wait = |state: &SourceState| {
                        matches!(self, Self::Postgres(_)) && known_rows.contains(&state.key) && !free.contains(state.key.as_str())
                    };
                    let states: Vec<&SourceState> = states.iter().filter(|state| !may_wait(state)).collect();
                    if states.is_empty() {
                        continue;
                    }
                    let rows: Vec<(String, String)> = states
                        .iter()
                        .map(|state| Ok((state.key.to_string(), serde_json::to_string(state)?)))
                        .collect::<Result<_, serde_json::Error>>()?;
                    let mut insert = sqlx::QueryBuilder::new("insert into sources (key, claimed_at, state) ");
                    insert.push_values(rows, |mut values, (key, state)| {
                        values.push_bind(key).push_bind(at).push_bind(state);
                    });
                    insert.push(
                        " on conflict (key) do update set claimed_at = excluded.claimed_at, next_due = null,
                            last_success = null, state = excluded.state
                        where sources.claimed_at is not distinct from ",
                    );
                    insert.push_bind(seen).push(" returning key");
                    let claimed: Vec<String> = insert.build_query_scalar().persistent(false).fetch_all(&mut *tx).await?;
                    open.extend(claimed.iter().filter_map(|key| SourceKey::parse(key).ok()));
                }
            }
            tx.commit().await?;
            let planned = plan.due.len();
            plan.due.retain(|due| open.contains(&due.key));
            let lost = planned - plan.due.len();
            plan.skipped += lost;
            plan.elsewhere += lost;
            Ok(Claimed { plan, states, claim: Claim { open, at } })
        })
    }

    /// Renews a claim that has stood for a while, so that nobody takes its holder for dead; cheap to call often.
    /// What another process has taken meanwhile is no longer held: its answers are not to be kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn renew_claim(&self, claim: &mut Claim, now: DateTime<Utc>) -> Result<(), StoreError> {
        let now = moment(now);
        if claim.open.is_empty() || now - claim.at < CLAIM_RENEWAL {
            return Ok(());
        }
        let renewed = self.change_claim(&claim.open, claim.at, Some(now)).await?;
        *claim = Claim { open: renewed, at: now };
        Ok(())
    }

    /// Gives up what is still claimed, but for `asked`: a server that was asked is not asked again soon.
    ///
    /// # Errors
    /// When the database refuses; then the claims wear off.
    pub async fn release_claim(&self, claim: Claim, asked: &BTreeSet<SourceKey>) -> Result<(), StoreError> {
        let free: BTreeSet<SourceKey> = claim.open.difference(asked).cloned().collect();
        if free.is_empty() {
            return Ok(());
        }
        self.change_claim(&free, claim.at, None).await.map(|_| ())
    }

    /// Yields the keys that were still claimed at `old`.
    async fn change_claim(
        &self,
        keys: &BTreeSet<SourceKey>,
        old: DateTime<Utc>,
        new: Option<DateTime<Utc>>,
    ) -> Result<BTreeSet<SourceKey>, StoreError> {
        let keys: Vec<&str> = keys.iter().map(SourceKey::as_str).collect();
        let mut changed = BTreeSet::new();
        on!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            for keys in keys.chunks(CHUNK) {
                let sql = format!(
                    "update sources set claimed_at = $1 where claimed_at = $2 and key in ({}) returning key",
                    super::placeholders(3, keys.len())
                );
                let mut query = sqlx::query_scalar(super::assembled(sql)).bind(new).bind(old);
                for key in keys {
                    query = query.bind((*key).to_owned());
                }
                let rows: Vec<String> = query.fetch_all(&mut *tx).await?;
                changed.extend(rows.iter().filter_map(|key| SourceKey::parse(key).ok()));
            }
            tx.commit().await?;
        });
        Ok(changed)
    }
}

/// What is planned, by what its rows were seen to say of claims.
fn groups(plan: &Plan, states: &BTreeMap<SourceKey, SourceState>) -> BTreeMap<Option<DateTime<Utc>>, Group> {
    let mut groups: BTreeMap<Option<DateTime<Utc>>, Group> = BTreeMap::new();
    for due in &plan.due {
        let state = states.get(&due.key);
        let group = groups.entry(state.and_then(|state| state.claimed_at)).or_default();
        if state.is_some_and(|state| state.url == due.address.as_str()) {
            group.known.push(due.key.to_string());
        } else {
            // Of an edited address too the row must say which host is being asked.
            group.fresh.push(fresh(state, &due.key, &due.address));
        }
    }
    for group in groups.values_mut() {
        group.known.sort_unstable();
        group.fresh.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    }
    groups
}

fn fresh(state: Option<&SourceState>, key: &SourceKey, address: &Url) -> SourceState {
    state.map_or_else(|| SourceState::new(key.clone(), address), |state| state.for_address(address))
}
