//! `bellwether import`: from SQLite to PostgreSQL.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::{Exit, Global};
use crate::app::BadSettings;
use crate::config::Config;
use crate::store::import::{Counts, ImportError, Source, Target, import};

/// Move everything from a SQLite database into an empty PostgreSQL database
///
/// The PostgreSQL database gets everything or nothing, and the SQLite database stays as it is. Stop `serve` and the
/// cron line first: what they write meanwhile is not moved.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bellwether import --from sqlite://bellwether.db --database postgres://localhost/bellwether"
)]
pub struct Import {
    /// The SQLite database: sqlite://FILE
    #[arg(long, value_name = "URL")]
    from: String,
}

/// What has to be done with the file that keeps departures besides the database.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Journal {
    /// It is where the settings look for it, or there is none yet.
    Stays { at: PathBuf },
    /// Until now it was beside the SQLite file.
    Copy { from: PathBuf, to: PathBuf },
    /// Neither there nor where the settings look for it is the one that this database wrote to.
    Unknown { to: PathBuf },
}

impl Import {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let (config, _) = global.places().read()?;
        match self.import(&config, global).await {
            Ok((counts, journal, file)) => {
                let rows: i64 = counts.iter().map(|(_, count)| count).sum();
                let tables: BTreeMap<_, _> = counts.iter().copied().collect();
                let told = serde_json::json!({ "tables": tables, "rows": rows, "journal": journal });
                global.print(&told, || words(&counts, rows))?;
                global.tell(&steps(&config, global.database.is_some(), &journal, &file));
                Ok(Exit::Done)
            }
            Err(error @ ImportError::Locked(_)) => {
                global.tell(&error.to_string());
                Ok(Exit::Locked)
            }
            Err(error @ (ImportError::NotSqlite(_) | ImportError::NotPostgres(_))) => {
                Err(BadSettings(error.to_string()).into())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn import(&self, config: &Config, global: &Global) -> Result<(Counts, Journal, PathBuf), ImportError> {
        Target::check(&config.database_url)?;
        let source = Source::open(&self.from).await?;
        let target = Target::open(&config.database_url).await?;
        let journal = Journal::find(config, &self.from, source.journal_entry());
        let file = absolute(source.file());
        let bar = global.progress().bar(source.rows(), "rows");
        let counts = import(source, &target, |rows| bar.inc(rows)).await;
        bar.finish_and_clear();
        Ok((counts?, journal, file))
    }
}

impl Journal {
    /// `entry` is the last one that the database knows, by which its journal is told from that of another one.
    fn find(config: &Config, from: &str, entry: Option<&str>) -> Self {
        let beside = Config { database_url: from.to_owned(), journal_path: None, ..config.clone() };
        let path = |config: &Config| absolute(&config.journal().unwrap_or_default());
        let (from, to) = (path(&beside), path(config));
        let holds = |path: &Path| {
            let text = fs::read(path).unwrap_or_default();
            entry.is_some_and(|entry| String::from_utf8_lossy(&text).contains(entry))
        };
        if from == to || holds(&to) || (entry.is_none() && !from.exists()) {
            Self::Stays { at: to }
        } else if holds(&from) || (from.exists() && !to.exists()) {
            Self::Copy { from, to }
        } else {
            Self::Unknown { to }
        }
    }
}

fn words(counts: &Counts, rows: i64) -> String {
    let line = |what: &str, count: i64| format!("{what:<22} {count:>9}\n");
    let mut out = String::from("rows, counted alike in both databases\n");
    for (table, count) in counts {
        out.push_str(&line(table, *count));
    }
    out.push_str(line("in all", rows).trim_end());
    out
}

/// What is left to do, in order. `given`: the address came with `--database`, so the settings do not name it.
fn steps(config: &Config, given: bool, journal: &Journal, file: &Path) -> String {
    let mut steps = Vec::new();
    if given {
        steps.push("Set [database] url to the address of --database, or BELLWETHER_DATABASE_URL.".to_owned());
    }
    let to = match journal {
        Journal::Stays { at: to } | Journal::Copy { to, .. } | Journal::Unknown { to } => to,
    };
    match journal {
        Journal::Stays { .. } => {}
        Journal::Copy { from, .. } => {
            let keep = if to.exists() { "\n       (the one that is there is another database's: keep it)" } else { "" };
            steps.push(format!(
                "Copy the journal, which keeps who left, before anything runs:\n       cp {} {}{keep}",
                from.display(),
                to.display()
            ));
        }
        Journal::Unknown { .. } => steps.push(format!(
            "Copy the journal, which keeps who left, before anything runs: the file that [database] journal named \
             until now, to {}",
            to.display()
        )),
    }
    if config.journal_path.is_none() {
        steps.push(format!(
            "Set [database] journal, or every directory has another one:\n       journal = {:?}",
            to.display().to_string()
        ));
    }
    steps.push(format!(
        "Move {} away: it is as it was, and whatever still runs on it would mail its next edition a second time.",
        file.display()
    ));
    let steps: Vec<String> = steps.iter().enumerate().map(|(n, step)| format!("  {}. {step}", n + 1)).collect();
    format!("\nNow:\n{}\nThen `bellwether doctor`, and start `serve` and the cron line again.", steps.join("\n"))
}

/// The path from the root, by which it is found from any directory.
fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_that_knows_the_last_entry_is_the_one() {
        let dir = tempfile::tempdir().unwrap();
        let dir = fs::canonicalize(dir.path()).unwrap();
        let (old, new) = (dir.join("old.journal"), dir.join("new.journal"));
        let url = format!("sqlite://{}", dir.join("old.db").display());
        let mut config = Config::parse("[database]\nurl = \"postgres://db/new\"").0;
        config.journal_path = Some(new.clone());
        let found = |old_text: Option<&str>, new_text: Option<&str>, entry| {
            for (path, text) in [(&old, old_text), (&new, new_text)] {
                let _ = fs::remove_file(path);
                if let Some(text) = text {
                    fs::write(path, text).unwrap();
                }
            }
            Journal::find(&config, &url, entry)
        };
        let stays = Journal::Stays { at: new.clone() };
        let copy = Journal::Copy { from: old.clone(), to: new.clone() };
        let unknown = Journal::Unknown { to: new.clone() };
        let (mine, other) = (Some("{\"id\":\"mine\"}\n"), Some("{\"id\":\"other\"}\n"));
        assert_eq!(found(None, None, None), stays, "nothing was ever written");
        assert_eq!(found(mine, None, Some("mine")), copy);
        assert_eq!(found(mine, other, Some("mine")), copy);
        assert_eq!(found(other, None, Some("mine")), copy, "its last line was cut off by a crash");
        assert_eq!(found(None, mine, Some("mine")), stays, "the settings named it before");
        assert_eq!(found(other, mine, Some("mine")), stays, "the one beside the file is of an earlier day");
        assert_eq!(found(None, None, Some("mine")), unknown);
        assert_eq!(found(other, other, Some("mine")), unknown);
        config.journal_path = Some(old.clone());
        assert_eq!(Journal::find(&config, &url, Some("mine")), Journal::Stays { at: old });
    }
}
