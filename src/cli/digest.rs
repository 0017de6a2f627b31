//! `bellwether digest`: show an edition, or what would be composed now.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};

use super::{Exit, Global};
use crate::app::App;
use crate::config;
use crate::letter::Prepared;
use crate::mail::address::Address;
use crate::mail::message::message_id;
use crate::model::edition::Edition;
use crate::model::id::DigestKey;
use crate::model::source::Source;
use crate::pipeline::compose;
use crate::render::{chat, json, markdown};

/// Show an edition, or what would be composed now; stores and sends nothing
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether digest --why\n  bellwether digest --week 2026-W47 --format html --output edition.html"
)]
pub struct Digest {
    /// An edition that was composed, by its name; without it, what would be composed now
    #[arg(long, value_name = "NAME")]
    week: Option<String>,
    /// Which digest [default: the first of the settings]
    #[arg(long = "digest", value_name = "KEY", value_parser = DigestKey::parse)]
    key: Option<DigestKey>,
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Show for each story what its score is made of, below the text (JSON has it anyway)
    #[arg(long)]
    why: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
    Text,
    Markdown,
    Chat,
    Json,
    Eml,
}

impl Digest {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let format = if global.json { Format::Json } else { self.format };
        if self.why && format != Format::Text {
            bail!("--why goes with --format text; JSON holds the same under `why`");
        }
        let mut app = global.places().open().await?;
        app.clock = app.clock.frozen();
        let digest = choose(&app, self.key.as_ref())?;
        let edition = if let Some(name) = &self.week {
            stored(&app, digest, name).await?
        } else {
            let last = app.store.latest_edition(&digest.key).await?;
            let now = app.clock.now();
            compose::draft(&app, digest, last.as_ref(), now, now).await?.composed.edition
        };
        let mut bytes = rendered(&app, &edition, format).await?;
        if self.why {
            bytes.extend_from_slice(why(&edition).as_bytes());
        }
        if let Some(path) = &self.output {
            std::fs::write(path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
        } else {
            use std::io::Write as _;
            std::io::stdout().lock().write_all(&bytes)?;
        }
        Ok(Exit::Done)
    }
}

/// The digest of that key, or the first one.
pub(super) fn choose<'a>(app: &'a App, key: Option<&DigestKey>) -> anyhow::Result<&'a config::Digest> {
    match key {
        Some(key) => app.config.digest(key).with_context(|| {
            let known: Vec<&str> = app.config.digests.iter().map(|digest| digest.key.as_str()).collect();
            format!("no digest has the key `{key}`; the settings have {}", known.join(", "))
        }),
        None => app.config.digests.first().context("the settings have no digest"),
    }
}

/// An edition that was composed.
pub(super) async fn stored(app: &App, digest: &config::Digest, name: &str) -> anyhow::Result<Edition> {
    if let Some(stored) = app.store.edition(&digest.key, name).await? {
        Ok(stored.edition)
    } else {
        let last = app.store.latest_edition(&digest.key).await?;
        let hint = match last {
            Some(last) => format!("the last one is {}", last.edition.name),
            None => "there is none yet: `bellwether run` composes one when its time has come".to_owned(),
        };
        bail!("no edition of {} is named {name}; {hint}", digest.key)
    }
}

async fn rendered(app: &App, edition: &Edition, format: Format) -> anyhow::Result<Vec<u8>> {
    let base = app.config.web.base_url.as_ref();
    let text = match format {
        Format::Markdown => markdown::markdown(edition, base),
        Format::Chat => chat::chat(edition, base),
        Format::Json => json::json(edition)?,
        Format::Eml => return sample_message(app, edition).await,
        Format::Html => Prepared::new(app, edition)?.rendered_for(NOBODY, &app.signer().await?).html,
        Format::Text => Prepared::new(app, edition)?.rendered_for(NOBODY, &app.signer().await?).text,
    };
    Ok(text.into_bytes())
}

/// No subscriber has this id: a copy to look at unsubscribes nobody.
pub(super) const NOBODY: i64 = 0;

/// The message as a reader named `reader@example.org` would get it.
async fn sample_message(app: &App, edition: &Edition) -> anyhow::Result<Vec<u8>> {
    let prepared = Prepared::new(app, edition)?;
    let to = Address::parse("reader@example.org")?;
    let id = message_id(prepared.sender().domain(), &[edition.digest.as_str(), &edition.name, "sample"]);
    prepared.message(&to, NOBODY, &id, &app.signer().await?)
}

/// Writes the last edition of each digest as files, where they are not there yet.
///
/// # Errors
/// When a file cannot be written.
pub async fn write_missing_files(app: &App) -> anyhow::Result<()> {
    for digest in &app.config.digests {
        if let Some(last) = app.store.latest_edition(&digest.key).await?
            && !app.config.out_dir.join(format!("{}.eml", stem(app, &last.edition))).exists()
        {
            write_files(app, &last.edition).await?;
        }
    }
    Ok(())
}

/// What an edition's files are called, without their endings.
fn stem(app: &App, edition: &Edition) -> String {
    if app.config.digests.len() == 1 { edition.name.clone() } else { format!("{}-{}", edition.digest, edition.name) }
}

/// Writes an edition as `.html`, `.txt`, `.md`, `.json` and `.eml` to the directory for files.
///
/// # Errors
/// When a file cannot be written.
pub async fn write_files(app: &App, edition: &Edition) -> anyhow::Result<()> {
    let directory: &Path = &app.config.out_dir;
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let stem = stem(app, edition);
    for (extension, format) in [
        ("html", Format::Html),
        ("txt", Format::Text),
        ("md", Format::Markdown),
        ("json", Format::Json),
        ("eml", Format::Eml),
    ] {
        let path = directory.join(format!("{stem}.{extension}"));
        let bytes = rendered(app, edition, format).await?;
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn why(edition: &Edition) -> String {
    let mut out = String::from("\n\nWhy these stories\n");
    for card in edition.stories() {
        out.push_str(&format!("\n{:6.2}  {}  {}\n", card.score, card.id, card.headline));
        for signal in &card.why {
            out.push_str(&format!("  {:+6.2}  {:<11} {}\n", signal.value, signal.name, signal.words));
        }
    }
    if !edition.removed.is_empty() {
        out.push_str("\nLeft out by rules\n");
        for removed in &edition.removed {
            out.push_str(&format!("  {} — {} ({})\n", removed.title, removed.source, removed.reason));
        }
    }
    out
}

/// The title of a source, or its key when the catalogue no longer has it.
pub(super) fn title_of<'a>(sources: &'a [Source], key: &'a crate::model::id::SourceKey) -> &'a str {
    sources.iter().find(|source| &source.key == key).map_or(key.as_str(), |source| source.title.as_str())
}
