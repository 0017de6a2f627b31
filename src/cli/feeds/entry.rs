//! What a feed that was found is in feeds.toml.

use crate::fetch::discover::Found;
use crate::model::id::{SourceKey, TopicKey};
use crate::render::words::counted;

/// What a curator says of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) key: Option<SourceKey>,
    pub(super) title: Option<String>,
    pub(super) topics: Vec<TopicKey>,
}

/// "35 entries", "12 events".
pub(super) fn holds(found: &Found) -> String {
    let many = u32::try_from(found.entries).unwrap_or(u32::MAX);
    if found.calendar { counted(many, "event", "events") } else { counted(many, "entry", "entries") }
}

/// One `[[feed]]` or `[[events]]`.
pub(super) fn entry(found: &Found, given: &Given) -> String {
    let Found { url, calendar, site, language, .. } = found;
    let mut lines = vec![if *calendar { "[[events]]\nkind = \"ics\"" } else { "[[feed]]" }.to_owned()];
    lines.extend(given.key.as_ref().map(|key| format!("key = {}", quoted(key.as_str()))));
    lines.push(format!("url = {}", quoted(url.as_str())));
    let title = given.title.as_ref().unwrap_or(&found.title);
    if !title.is_empty() {
        lines.push(format!("{} = {}", if *calendar { "name" } else { "title" }, quoted(title)));
    }
    lines.extend(site.as_ref().filter(|_| !calendar).map(|site| format!("site = {}", quoted(site.as_str()))));
    let language = language.as_deref().filter(|_| !calendar).and_then(|tag| crate::settings::language(tag).ok());
    lines.extend(language.map(|tag| format!("language = {}", quoted(&tag))));
    let topics: Vec<String> = given.topics.iter().map(|topic| quoted(topic.as_str())).collect();
    lines.push(format!("topics = [{}]\n", topics.join(", ")));
    lines.join("\n")
}

/// As a TOML string: without control characters, JSON's escapes are TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text.replace(char::is_control, " ")).to_string()
}
