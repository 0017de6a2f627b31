//! Editions as files: every form that an edition can be read in, and the directory that holds them while no mail
//! server is set.

use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::app::App;
use crate::letter::Prepared;
use crate::mail::address::Address;
use crate::mail::message::message_id;
use crate::model::edition::Edition;
use crate::render::{chat, json, markdown};

/// The forms of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Html,
    Text,
    Markdown,
    /// Text for Slack or Teams.
    Chat,
    Json,
    /// The whole message.
    Eml,
}

/// An edition in one form, as a reader would get it; nobody's link for leaving stands in it.
///
/// # Errors
/// When a template cannot be rendered, or a header cannot be made.
pub fn rendered(app: &App, edition: &Edition, format: Form) -> anyhow::Result<Vec<u8>> {
    let base = app.config.web.base_url.as_ref();
    let text = match format {
        Form::Markdown => markdown::markdown(edition, base),
        Form::Chat => chat::chat(edition, base),
        Form::Json => json::json(edition)?,
        Form::Eml => return sample_message(app, edition),
        Form::Html => Prepared::new(app, edition)?.rendered_for(NOBODY, "", &app.signer).html,
        Form::Text => Prepared::new(app, edition)?.rendered_for(NOBODY, "", &app.signer).text,
    };
    Ok(text.into_bytes())
}

/// No subscriber has this id: a copy to look at unsubscribes nobody.
pub const NOBODY: i64 = 0;

/// The message as a reader named `reader@example.org` would get it.
fn sample_message(app: &App, edition: &Edition) -> anyhow::Result<Vec<u8>> {
    let prepared = Prepared::new(app, edition)?;
    let to = Address::parse("reader@example.org")?;
    let id = message_id(prepared.sender().domain(), &[edition.digest.as_str(), &edition.name, "sample"]);
    prepared.message(&to, NOBODY, &id, edition.send_at, &app.signer)
}

/// Writes the last edition of each digest as files, where they are not there yet.
///
/// # Errors
/// When a file cannot be written.
pub async fn write_missing(app: &App) -> anyhow::Result<()> {
    for digest in &app.config.digests {
        if let Some(last) = app.store.latest_edition(&digest.key).await?
            && !app.config.out_dir.join(format!("{}.eml", stem(app, &last.edition))).exists()
        {
            write(app, &last.edition)?;
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
pub fn write(app: &App, edition: &Edition) -> anyhow::Result<()> {
    let directory: &Path = &app.config.out_dir;
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let stem = stem(app, edition);
    for (extension, format) in
        [("html", Form::Html), ("txt", Form::Text), ("md", Form::Markdown), ("json", Form::Json), ("eml", Form::Eml)]
    {
        let path = directory.join(format!("{stem}.{extension}"));
        let bytes = rendered(app, edition, format)?;
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
