//! `bellwether lab`: what the program learned before it was built, learned again.

mod judged;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Exit, Global, reports, say};
use crate::cluster::agreement::{Agreement, Rates};
use crate::cluster::sketch::Collection;
use crate::cluster::statistics::{Background, Table};
use crate::cluster::training::{Day, Labels, train};
use crate::cluster::weights::Weights;

/// Train the weights that come with the program, and measure them
#[derive(Debug, Subcommand)]
pub enum Lab {
    /// Learn from sorted days what makes two reports one event
    ///
    /// A day is two files: NAME.items.jsonl with {"id", "source", "link", "title", "date", "desc"} lines, and
    /// NAME.gold.jsonl with {"id", "cluster"} lines; a cluster that is null was not told by whoever sorted them. In place
    /// of the latter, or beside it, NAME.pairs.jsonl has {"one", "other", "together"} lines: see `lab judged`. Prints the
    /// file of weights.
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
    /// Write what curators said as a day to train on
    ///
    /// Writes NAME.items.jsonl with the reports of those days, and NAME.pairs.jsonl with what `curate merge` and `curate
    /// split` said of them.
    #[command(
        after_help = "Example:\n  bellwether lab judged days/ours\n  bellwether lab train-pairs days/monday days/tuesday days/ours > weights.toml"
    )]
    Judged {
        /// Folder and beginning of the name of two files
        #[arg(value_name = "DIR/NAME")]
        day: PathBuf,
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
struct Judged {
    one: String,
    other: String,
    together: bool,
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
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::TrainPairs { days, across } => {
                let background = Background::shipped();
                if across {
                    self::across(global, &days, &background)?;
                } else {
                    let read: Vec<Day> =
                        days.iter().map(|day| self::day(day, &background)).collect::<Result<_, _>>()?;
                    anyhow::ensure!(
                        read.iter().any(Day::is_sorted),
                        "pairs alone give no thresholds: name a day whose reports are sorted (NAME.gold.jsonl) too"
                    );
                    say(train(&read).to_toml(&provenance(&days, &read)).trim_end())?;
                }
            }
            Self::Judged { day } => {
                let (reports, pairs) = judged::write(global, &day).await?;
                global.print(&serde_json::json!({"reports": reports, "pairs": pairs}), || {
                    format!(
                        "{reports} reports and {pairs} judged pairs: {0}.items.jsonl, {0}.pairs.jsonl",
                        day.display()
                    )
                })?;
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

/// The file of a day with that ending.
fn beside(day: &Path, ending: &str) -> PathBuf {
    let mut name = day.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn day(path: &Path, background: &Background) -> anyhow::Result<Day> {
    let (mut collection, mut ids) = (Collection::default(), HashMap::new());
    reports::read(&beside(path, ".items.jsonl"), |report| {
        ids.insert(report.id.to_owned(), collection.len());
        collection.push(report);
    })?;
    let (gold, pairs) = (beside(path, ".gold.jsonl"), beside(path, ".pairs.jsonl"));
    let mut labels = Labels { events: vec![None; collection.len()], pairs: BTreeMap::new() };
    if gold.exists() || !pairs.exists() {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for Label { id, cluster } in lines(&gold, "{\"id\", \"cluster\"}")? {
            let Some(cluster) = cluster else { continue };
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(cluster).or_insert(next);
            if let Some(slot) = ids.get(&id).and_then(|position| labels.events.get_mut(*position)) {
                *slot = Some(number);
            }
        }
    }
    if pairs.exists() {
        for Judged { one, other, together } in lines(&pairs, "{\"one\", \"other\", \"together\"}")? {
            if let Some((one, other)) = ids.get(&one).zip(ids.get(&other)) {
                labels.pairs.insert((*one.min(other), *one.max(other)), together);
            }
        }
    }
    Ok(Day::new(collection, labels, background))
}

/// The lines of a file of JSON, each in the `shape` that a person is told where it has another.
fn lines<T: DeserializeOwned>(path: &Path, shape: &str) -> anyhow::Result<Vec<T>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let told = || format!("a line of {} is no {shape}", path.display());
    text.lines().map(|line| serde_json::from_str(line).with_context(told)).collect()
}

fn across(global: &Global, names: &[PathBuf], background: &Background) -> anyhow::Result<()> {
    let mut tested: Vec<Tested> = Vec::new();
    // What has pairs alone can be learned from, and nothing can be tested on it.
    let (mut sorted, mut learned) = (Vec::new(), Vec::new());
    for name in names {
        if day(name, background)?.is_sorted() { sorted.push(name) } else { learned.push(name) }
    }
    anyhow::ensure!(sorted.len() > 1, "one sorted day alone cannot be tested on another: give two or more");
    for held_out in &sorted {
        let others: Vec<Day> = sorted
            .iter()
            .chain(&learned)
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
    global.answer(&tested, || {
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
