//! `bellwether feeds pause`: a source that is asked no more, for a while or for good.

use anyhow::{Context as _, bail};
use clap::Args;

use super::write;
use crate::catalogue::edit::{Change, Edited, What, edit};
use crate::cli::{Exit, Global};
use crate::model::id::SourceKey;

/// Ask a source no more: writes `paused = true` below its address in feeds.toml
///
/// No edition to come shows what it brought. To ask it again, remove that line.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether feeds pause old-blog --why \"writes of gardens now\"")]
pub struct Pause {
    /// The source's key
    #[arg(value_parser = SourceKey::parse)]
    key: SourceKey,
    /// Why, as a comment beside it (where `paused = false` stands, only that word changes)
    #[arg(long, value_name = "WORDS", default_value = "by hand")]
    why: String,
}

impl Pause {
    pub(super) fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let (_, catalogue) = global.places().read()?;
        let key = &self.key;
        match catalogue.source(key) {
            None => bail!("no source has the key `{key}`: `bellwether feeds list` shows them"),
            Some(source) if source.paused => bail!("{key} is paused already"),
            Some(_) => {}
        }
        let path = global.places().catalogue_path();
        let old = write::read(&path)?.with_context(|| format!("{} is gone", path.display()))?;
        let name = write::name(&path);
        let change = Change { key: key.clone(), what: What::Pause(self.why) };
        let Edited { text: new, diff } = edit(&old, &name, &[change])?;
        write::replace(&path, Some(&old), &new)?;
        global.print(&serde_json::json!({ "key": key, "diff": diff }), || {
            format!("{key} is asked no more; `paused = true` stands beside it in {}", path.display())
        })?;
        Ok(Exit::Done)
    }
}
