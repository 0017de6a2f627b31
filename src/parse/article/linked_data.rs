//! What a page says of itself to machines: JSON-LD by the words of schema.org.

use serde_json::Value;

/// What a JSON-LD text says of the article of its page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LinkedData {
    pub(super) author: Option<String>,
    pub(super) description: Option<String>,
    pub(super) image: Option<String>,
    pub(super) published: Option<String>,
    /// Only a part of the text is on the page, the rest is for subscribers.
    pub(super) walled: bool,
}

/// Authors that are named, at most.
const AUTHORS: usize = 3;

/// The first of these texts that describes an article; broken JSON is passed over.
pub(super) fn read(texts: &[String]) -> LinkedData {
    // serde_json goes only so deep, and refuses what is deeper.
    let values = texts.iter().filter_map(|text| serde_json::from_str::<Value>(text.trim()).ok());
    values.into_iter().find_map(|value| article(&value).map(describe)).unwrap_or_default()
}

/// The object that is an article: the text's own, one of its list, or one of its graph.
fn article(value: &Value) -> Option<&Value> {
    if is_article(value) {
        return Some(value);
    }
    let list = value.as_array().or_else(|| value.get("@graph")?.as_array())?;
    list.iter().find(|value| is_article(value))
}

fn is_article(value: &Value) -> bool {
    let kind = |kind: &Value| {
        kind.as_str().is_some_and(|kind| kind.ends_with("Article") || kind.ends_with("BlogPosting") || kind == "Report")
    };
    value.get("@type").is_some_and(|kinds| kind(kinds) || kinds.as_array().is_some_and(|kinds| kinds.iter().any(kind)))
}

fn describe(article: &Value) -> LinkedData {
    let text = |key: &str| article.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    let free = article.get("isAccessibleForFree");
    LinkedData {
        author: article.get("author").and_then(names),
        description: text("description"),
        image: article.get("image").and_then(address),
        published: text("datePublished"),
        walled: free.is_some_and(|free| {
            free.as_bool() == Some(false) || free.as_str().is_some_and(|free| free.eq_ignore_ascii_case("false"))
        }),
    }
}

/// A name, an object with one, or a list of either.
fn names(value: &Value) -> Option<String> {
    let one = |value: &Value| value.as_str().or_else(|| value.get("name")?.as_str()).map(str::trim).map(String::from);
    let names: Vec<String> = match value.as_array() {
        Some(list) => list.iter().filter_map(one).take(AUTHORS).collect(),
        None => one(value).into_iter().collect(),
    };
    (!names.is_empty()).then(|| names.join(", "))
}

/// An address, an object with one, or the first of a list.
fn address(value: &Value) -> Option<String> {
    let value = value.as_array().map_or(Some(value), |list| list.first())?;
    value.as_str().or_else(|| value.get("url")?.as_str()).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_found_wherever_it_stands() {
        let graph = r#"{"@graph":[{"@type":"WebSite"},{"@type":["Thing","NewsArticle"],"isAccessibleForFree":"False",
            "author":[{"name":"Ann Lind"},"Bo"],"image":[{"url":"/a.png"}],"datePublished":"2026-11-07"}]}"#;
        let read = read(&["{".into(), r#"[{"@type":"Person","name":"x"}]"#.into(), graph.into()]);
        assert_eq!(read.author.as_deref(), Some("Ann Lind, Bo"));
        assert_eq!((read.image.as_deref(), read.walled), (Some("/a.png"), true));
    }

    #[test]
    fn nothing_odd_is_believed() {
        let odd = [r#"{"@type":7}"#, r#"{"@type":"Article","author":7,"image":{},"description":[]}"#, "[]", "\"x\""];
        assert_eq!(read(&odd.map(String::from)), LinkedData::default());
        assert_eq!(read(&["[".repeat(100_000)]), LinkedData::default());
    }
}
