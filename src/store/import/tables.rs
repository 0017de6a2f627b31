//! What is moved: every table with its columns and their kinds, a table after those that it refers to.
//!
//! Written out rather than asked of the databases, since SQLite knows neither booleans nor times. A test compares it
//! with the tables that the migrations make.

use Kind::{Boolean, Id, Integer, Text, Time};

/// A table, and its columns in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Kind)],
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    /// A number that the database gives to each row.
    Id,
    /// 0 or 1 in SQLite.
    Boolean,
    /// RFC 3339 text in SQLite; PostgreSQL keeps microseconds.
    Time,
}

/// Every table but the list of migrations, in the order in which they are filled.
pub const TABLES: &[Table] = &[
    Table { name: "meta", columns: &[("key", Text), ("value", Text)] },
    Table {
        name: "sources",
        columns: &[("key", Text), ("next_due", Time), ("last_success", Time), ("claimed_at", Time), ("state", Text)],
    },
    Table { name: "prints", columns: &[("source", Text), ("hashes", Text)] },
    Table { name: "robots", columns: &[("origin", Text), ("fetched_at", Time), ("robots", Text)] },
    Table { name: "articles", columns: &[("url", Text), ("fetched_at", Time), ("article", Text)] },
    Table {
        name: "fetch_log",
        columns: &[
            ("id", Id),
            ("source", Text),
            ("at", Time),
            ("outcome", Text),
            ("bytes", Integer),
            ("items_new", Integer),
        ],
    },
    Table {
        name: "items",
        columns: &[
            ("id", Text),
            ("source", Text),
            ("title", Text),
            ("url_key", Text),
            ("happened_at", Time),
            ("first_seen", Time),
            ("eligible_at", Time),
            ("removed", Boolean),
            ("language", Text),
            ("fingerprint", Text),
            ("item", Text),
        ],
    },
    Table { name: "judgements", columns: &[("one", Text), ("other", Text), ("together", Boolean), ("at", Time)] },
    Table {
        name: "events",
        columns: &[
            ("id", Text),
            ("source", Text),
            ("starts_at", Time),
            ("ends_at", Time),
            ("first_seen", Time),
            ("missed", Integer),
            ("event", Text),
        ],
    },
    Table {
        name: "editions",
        columns: &[
            ("id", Id),
            ("digest", Text),
            ("name", Text),
            ("number", Integer),
            ("slot", Time),
            ("cut_off", Time),
            ("send_at", Time),
            ("edition", Text),
            ("expected", Integer),
        ],
    },
    Table { name: "edition_items", columns: &[("digest", Text), ("item", Text), ("edition_id", Integer)] },
    Table {
        name: "stories",
        columns: &[
            ("edition_id", Integer),
            ("id", Text),
            ("place", Integer),
            ("shown", Boolean),
            ("title", Text),
            ("ranked", Text),
        ],
    },
    Table { name: "shown_links", columns: &[("digest", Text), ("url_key", Text), ("edition_id", Integer)] },
    Table {
        name: "shown_events",
        columns: &[("edition_id", Integer), ("event", Text), ("start", Text), ("change", Text)],
    },
    Table {
        name: "subscribers",
        columns: &[
            ("id", Id),
            ("digest", Text),
            ("address", Text),
            ("address_hash", Text),
            ("state", Text),
            ("created_at", Time),
            ("changed_at", Time),
            ("asked_at", Time),
            ("asked", Integer),
        ],
    },
    Table { name: "suppressions", columns: &[("address_hash", Text), ("reason", Text), ("at", Time)] },
    Table { name: "subscription_requests", columns: &[("id", Id), ("at", Time), ("client", Text), ("domain", Text)] },
    Table {
        name: "deliveries",
        columns: &[
            ("id", Id),
            ("purpose", Text),
            ("digest", Text),
            ("edition_id", Integer),
            ("subscriber_id", Integer),
            ("message_id", Text),
            ("state", Text),
            ("attempts", Integer),
            ("resent", Integer),
            ("wanted_at", Time),
            ("due_at", Time),
            ("lease_until", Time),
            ("epoch", Integer),
            ("reply", Text),
            ("changed_at", Time),
        ],
    },
];

impl Table {
    /// The names of its columns, as SQL lists them.
    pub(super) fn listed(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// Whether the database numbers its rows.
    pub(super) fn numbered(&self) -> bool {
        self.columns.iter().any(|(_, kind)| *kind == Id)
    }
}
