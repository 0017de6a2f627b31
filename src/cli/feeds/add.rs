//! `bellwether feeds add`: one more source in feeds.toml.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use clap::Args;

use super::discover::{LIMITS, address, in_vain, listed};
use super::entry::{Given, entry, holds};
use super::write;
use crate::app::{BadSettings, Clock};
use crate::catalogue::Catalogue;
use crate::catalogue::edit::{Edited, append};
use crate::cli::{Exit, Global};
use crate::fetch::client::Fetcher;
use crate::fetch::discover::{Discoverer, Found, Limits};
use crate::fetch::page::Pages;
use crate::model::id::{SourceKey, TopicKey};

/// Add a feed or a calendar to feeds.toml, after reading it
///
/// Of a page, its first feed is added, as `feeds discover` finds it. The file is made where there is none; everything
/// in it stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether feeds add https://example.org/blog/ --topics databases,operations")]
pub struct Add {
    /// The address of a feed, of a calendar, or of a page that has one
    url: String,
    /// Keys of topics, separated by commas: what it speaks of where its entries name nothing
    #[arg(long, value_name = "TOPICS", value_delimiter = ',', value_parser = TopicKey::parse)]
    topics: Vec<TopicKey>,
    /// What the source is called in commands [default: made of its address]
    #[arg(long, value_name = "KEY", value_parser = SourceKey::parse)]
    key: Option<SourceKey>,
    /// What readers see [default: the feed's own title]
    #[arg(long)]
    title: Option<String>,
}

impl Add {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let config = global.places().settings()?;
        let path = global.places().catalogue_path();
        let old = write::read(&path)?;
        let text = old.as_deref().unwrap_or_default();
        let (catalogue, problems) = Catalogue::parse(text);
        if !problems.is_empty() {
            let file = path.display().to_string();
            let told: Vec<String> = problems.iter().map(|problem| problem.told(&file)).collect();
            return Err(BadSettings(told.join("\n")).into());
        }
        self.fits(&catalogue)?;
        let url = address(&self.url)?;
        let known = |url| listed(&catalogue, url).map(|key| format!("{url} is listed already, as {key}"));
        if let Some(known) = known(&url) {
            bail!("{known}");
        }
        let Some(found) = find(&config.fetch, &url, global).await? else { return Ok(Exit::Failed) };
        if let Some(known) = known(&found.url) {
            bail!("{known}");
        }
        let given = Given { key: self.key, title: self.title, topics: self.topics };
        let name = write::name(&path);
        let Edited { text: new, diff } = append(text, &name, &entry(&found, &given))?;
        let added = Catalogue::parse(&new).0;
        let key = listed(&added, &found.url).context("what was added cannot be found again")?.clone();
        write::replace(&path, old.as_deref(), &new)?;
        global.print(&serde_json::json!({ "key": key, "found": found, "diff": diff }), || {
            let title = if found.title.is_empty() { found.url.as_str() } else { &found.title };
            let topics = if given.topics.is_empty() { "; give it topics there" } else { "" };
            format!(
                "added {key} to {}: {title}, {}{topics}\n`bellwether feeds check {key}` shows what would be read of it",
                path.display(),
                holds(&found)
            )
        })?;
        Ok(Exit::Done)
    }

    /// Topics are those of the catalogue, and no two sources have one key.
    fn fits(&self, catalogue: &Catalogue) -> anyhow::Result<()> {
        if let Some(topic) = self.topics.iter().find(|topic| catalogue.topics.iter().all(|known| known.key != **topic))
        {
            let known: Vec<&str> = catalogue.topics.iter().map(|topic| topic.key.as_str()).collect();
            bail!("no topic has the key `{topic}`; the catalogue has {}", known.join(", "));
        }
        if let Some(key) = self.key.as_ref().filter(|key| catalogue.source(key).is_some()) {
            bail!("`{key}` is the key of another source: choose one that is free");
        }
        Ok(())
    }
}

/// The feed or calendar of that address, else the likeliest feed of that page. Tells what was tried in vain.
async fn find(settings: &crate::config::Fetch, url: &url::Url, global: &Global) -> anyhow::Result<Option<Found>> {
    let fetcher = Fetcher::new(settings).context("the HTTP client cannot be made")?;
    let pages = Pages::new(fetcher.clone(), BTreeMap::new());
    let now = Clock::start(global.places().now).now();
    let limits = Limits { first: true, ..LIMITS };
    let mut search = Discoverer::new(&fetcher, &pages, limits, BTreeSet::new(), now).search(url).await;
    let best = search.found.iter().position(Found::may_be_a_source);
    if search.found.is_empty() {
        global.warn(&in_vain(url, &search));
        return Ok(None);
    }
    Ok(Some(search.found.swap_remove(best.unwrap_or_default())))
}
