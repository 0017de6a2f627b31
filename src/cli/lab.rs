//! `bellwether lab`: what the program learned before it was built, learned again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::{Exit, Global, reports, say};
use crate::cluster::agreement::{Agreement, Rates};
use crate::cluster::sketch::Collection;
use crate::cluster::statistics::{Background, Table};
use crate::cluster::training::{Day, train};
use crate::cluster::weights::Weights;

/// Train the weights that come with the program, and measure them
#[derive(Debug, Subcommand)]
pub enum Lab {
    /// Learn from sorted days what makes two reports one event
    ///
    /// A day is two files: NAME.items.jsonl with {"id", "source", "link", "title", "date", "desc"} lines, and
    /// NAME.gold.jsonl with {"id", "cluster"} lines; a cluster that is null was not told by whoever sorted them. Prints
    /// the file of weights.
    #[command(
        after_help = "Examples:\n  bellwether lab train-pairs days/monday days/tuesday > src/cluster/weights.toml\n  bellwether lab train-pairs --across days/monday days/tuesday"
    )]
    TrainPairs {
        /// Folder and beginning of the name of two files
        #[arg(required = true, value_name = "DIR/NAME")]
        days: Vec<PathBuf>,
        /// Train on all days but one, test on that one, for each; print a table instead
        #[arg(long)]
        across: bool,
    },
    /// Count in how many reports each term occurs
    ///
    /// Reads .jsonl files as above, .tsv files whose first columns are title and summary, and .toml files with [[item]]
    /// tables that have a title and a summary. Prints a table of terms.
    #[command(after_help = "Example:\n  bellwether lab background sample/*.toml > src/cluster/background.tsv")]
    Background {
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Deserialize)]
struct Label {
    id: String,
    cluster: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Published {
    #[serde(default)]
    item: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    title: String,
    #[serde(default)]
    summary: String,
}

/// One line of the table: what was tested, by which thresholds, how well.
#[derive(Debug, Serialize)]
struct Tested {
    day: String,
    event_threshold: f64,
    story_threshold: f64,
    events: Agreement,
    stories: Rates,
}

impl Lab {
    pub(super) fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::TrainPairs { days, across } => {
                let background = Background::shipped();
                if across {
                    self::across(global, &days, &background)?;
                } else {
                    let read: Vec<Day> =
                        days.iter().map(|day| self::day(day, &background)).collect::<Result<_, _>>()?;
                    say(train(&read).to_toml(&provenance(&days, &read)).trim_end())?;
                }
            }
            Self::Background { files } => {
                let mut table = Table::default();
                for file in &files {
                    count(file, &mut table)?;
                }
                say(table.to_tsv().trim_end())?;
            }
        }
        Ok(Exit::Done)
    }
}

fn provenance(names: &[PathBuf], days: &[Day]) -> String {
    let days: Vec<String> = names
        .iter()
        .zip(days)
        .map(|(path, day)| {
            let (reports, events, pairs) = day.size();
            format!("{} ({reports} reports, {events} events of two or more, {pairs} pairs)", name(path))
        })
        .collect();
    format!(
        "Written by `bellwether lab train-pairs`; never by hand.\nTrained on {}.\nA pair's log-odds of being one event: \
         bias + Σ weight · (value − mean).",
        days.join("; ")
    )
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn day(path: &Path, background: &Background) -> anyhow::Result<Day> {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let (mut collection, mut ids) = (Collection::default(), HashMap::new());
    reports::read(&beside(".items.jsonl"), |report| {
        ids.insert(report.id.to_owned(), collection.len());
        collection.push(report);
    })?;
    let path = beside(".gold.jsonl");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut gold = vec![None; collection.len()];
    let mut labels: HashMap<String, u32> = HashMap::new();
    for line in text.lines() {
        let label: Label = serde_json::from_str(line)
            .with_context(|| format!("a line of {} is no {{\"id\", \"cluster\"}}", path.display()))?;
        let Some(cluster) = label.cluster else { continue };
        let next = u32::try_from(labels.len()).unwrap_or(u32::MAX);
        let number = *labels.entry(cluster).or_insert(next);
        if let Some(slot) = ids.get(&label.id).and_then(|position| gold.get_mut(*position)) {
            *slot = Some(number);
        }
    }
    Ok(Day::new(collection, gold, background))
}

fn across(global: &Global, names: &[PathBuf], background: &Background) -> anyhow::Result<()> {
    anyhow::ensure!(names.len() > 1, "one day alone cannot be tested on another: give two or more");
    let mut tested: Vec<Tested> = Vec::new();
    for held_out in names {
        let others: Vec<Day> = names
            .iter()
            .filter(|name| *name != held_out)
            .map(|name| self::day(name, background))
            .collect::<Result<_, _>>()?;
        let weights: Weights = train(&others);
        let (events, stories) = self::day(held_out, background)?.agreement(&weights);
        let (event_threshold, story_threshold) = weights.thresholds();
        tested.push(Tested { day: name(held_out), event_threshold, story_threshold, events, stories: stories.pairs });
    }
    let b_cubed: Vec<Rates> = tested.iter().map(|tested| tested.events.b_cubed).collect();
    let pairs: Vec<Rates> = tested.iter().map(|tested| tested.events.pairs).collect();
    let shown: Vec<Rates> = tested.iter().map(|tested| tested.stories).collect();
    global.print(&tested, || {
        let rates = |rates: &Rates| format!("{:.3} {:.3} {:.4}", rates.precision, rates.recall, rates.f1);
        let row = |name: &str, b_cubed: &Rates, pairs: &Rates, shown: &Rates, thresholds: &str| {
            format!("{name:<24} {}  {}  {}  {thresholds}\n", rates(b_cubed), rates(pairs), rates(shown))
        };
        let rows: String = tested
            .iter()
            .map(|one| {
                let thresholds = format!("{:.3} {:.2}", one.event_threshold, one.story_threshold);
                row(&one.day, &one.events.b_cubed, &one.events.pairs, &one.stories, &thresholds)
            })
            .collect();
        let mean = row("mean", &Rates::mean(&b_cubed), &Rates::mean(&pairs), &Rates::mean(&shown), "");
        format!(
            "{:<24} {:<18}  {:<18}  {:<18}  thresholds\n{:<24} P     R     F1      P     R     F1      P     R     F1\n{rows}{}",
            "tested on",
            "events, B-cubed",
            "events, pairs",
            "stories, pairs",
            "",
            mean.trim_end()
        )
    })
}

fn count(path: &Path, table: &mut Table) -> anyhow::Result<()> {
    let read = || std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("jsonl") => reports::read(path, |report| table.add(report.title, report.snippet))?,
        Some("tsv") => {
            for line in read()?.lines().skip(1) {
                let mut cells = line.split('\t');
                if let Some(title) = cells.next() {
                    table.add(title, cells.next().unwrap_or_default());
                }
            }
        }
        Some("toml") => {
            let published: Published = toml::from_str(&read()?)
                .with_context(|| format!("{} has no [[item]] tables with title and summary", path.display()))?;
            published.item.iter().for_each(|entry| table.add(&entry.title, &entry.summary));
        }
        _ => anyhow::bail!("{} is none of .jsonl, .tsv and .toml", path.display()),
    }
    Ok(())
}
