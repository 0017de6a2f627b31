//! Topics by the words that mean them.

use std::collections::HashMap;

use crate::model::id::TopicKey;
use crate::model::source::Topic;
use crate::text::words_of;

/// Every alias of every topic, ready to be looked up word by word.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    topics: Vec<TopicKey>,
    /// By first word: the words that must follow it, longest first, and the topic's place in `topics`.
    aliases: HashMap<String, Vec<(Vec<String>, usize)>>,
}

impl Vocabulary {
    /// Compiles the aliases of `topics`; an alias may be a word or a phrase, and `x.y` in one is any version ("go x.y"
    /// is "Go 1.26", and not "go on").
    #[must_use]
    pub fn new(topics: &[Topic]) -> Self {
        let mut vocabulary = Self::default();
        for (place, topic) in topics.iter().enumerate() {
            vocabulary.topics.push(topic.key.clone());
            for alias in &topic.aliases {
                let mut words = words(alias).into_iter();
                if let Some(first) = words.next() {
                    vocabulary.aliases.entry(first).or_default().push((words.collect(), place));
                }
            }
        }
        for aliases in vocabulary.aliases.values_mut() {
            aliases.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
            aliases.dedup();
        }
        vocabulary
    }

    /// The topics that a title and tags speak of: the most often named first, then in the catalogue's order.
    ///
    /// At each word the longest alias counts ("machine learning", not "learning"). A plural means its
    /// singular; hyphens are spaces.
    #[must_use]
    pub fn topics_of(&self, title: &str, tags: &[String]) -> Vec<TopicKey> {
        self.named_in(std::iter::once(title).chain(tags.iter().map(String::as_str)))
    }

    /// The one topic that an excerpt names most often, in the catalogue's order: prose mentions much that it is not
    /// about, so it is asked only where title and tags name nothing.
    #[must_use]
    pub fn topic_of_excerpt(&self, excerpt: &str) -> Option<TopicKey> {
        self.named_in(std::iter::once(excerpt)).into_iter().next()
    }

    fn named_in<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Vec<TopicKey> {
        let mut hits = vec![0_usize; self.topics.len()];
        for text in texts {
            self.count(&words(text), &mut hits);
        }
        let mut found: Vec<(usize, &TopicKey)> =
            hits.into_iter().zip(&self.topics).filter(|(hits, _)| *hits > 0).collect();
        found.sort_by_key(|(hits, _)| std::cmp::Reverse(*hits));
        found.into_iter().map(|(_, key)| key.clone()).collect()
    }

    fn count(&self, words: &[String], hits: &mut [usize]) {
        let mut rest = words;
        while let Some((first, behind)) = rest.split_first() {
            let matching: Vec<&(Vec<String>, usize)> = [first.as_str(), singular(first)]
                .iter()
                .filter_map(|word| self.aliases.get(*word))
                .flatten()
                .filter(|(alias, _)| follows(alias, behind))
                .collect();
            let longest = matching.iter().map(|(alias, _)| alias.len()).max();
            let mut counted = Vec::new();
            for (alias, place) in matching {
                if Some(alias.len()) == longest && !counted.contains(place) {
                    counted.push(*place);
                    hits.iter_mut().skip(*place).take(1).for_each(|hits| *hits += 1);
                }
            }
            rest = behind.get(longest.unwrap_or_default()..).unwrap_or_default();
        }
    }
}

fn follows(alias: &[String], words: &[String]) -> bool {
    alias.len() <= words.len()
        && alias
            .iter()
            .zip(words)
            .all(|(alias, word)| alias == word || alias == singular(word) || (alias == ANY_VERSION && is_version(word)))
}

/// Stands for any version in an alias: where a name is a word like any other ("go", "swift"), its version tells.
const ANY_VERSION: &str = "x.y";

fn is_version(word: &str) -> bool {
    let numbers = word.strip_prefix('v').unwrap_or(word);
    numbers.contains('.') && numbers.split('.').all(|part| part.starts_with(|c: char| c.is_ascii_digit()))
}

fn singular(word: &str) -> &str {
    if word.len() > 3 { word.strip_suffix('s').unwrap_or(word) } else { word }
}

fn words(text: &str) -> Vec<String> {
    words_of(text).iter().flat_map(|word| word.split('-')).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let topic = |key: &str, aliases: &[&str]| Topic {
            key: TopicKey::parse(key).unwrap(),
            name: key.to_owned(),
            aliases: aliases.iter().map(ToString::to_string).collect(),
        };
        Vocabulary::new(&[
            topic("languages", &["rust", "c++", "go x.y", ".net", "node.js"]),
            topic("data", &["database", "postgresql", "vector database"]),
            topic("ai", &["machine learning", "large language model", "vector database"]),
            topic("education", &["learning"]),
            topic("security", &["post-quantum", "tls"]),
        ])
    }

    #[test]
    fn titles_and_tags_name_topics() {
        for (title, tags, expected) in [
            ("Rust’s new parser", vec![], "languages"),
            ("Trust in rusty things", vec![], ""),
            ("C++ or .NET for databases", vec![], "languages data"),
            ("Machine learning for learning", vec![], "ai education"),
            ("Post quantum TLS with Rust", vec![], "security languages"),
            ("Vector databases", vec![], "data ai"),
            ("A quiet week", vec!["PostgreSQL", "Node.js", "database"], "data languages"),
            ("Go 1.26 and go v1.25.8rc1", vec![], "languages"),
            ("Go on, go 26 times, go version.next", vec![], ""),
            ("Large language models", vec![], "ai"),
            ("", vec![], ""),
        ] {
            let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
            let found: Vec<String> = vocabulary().topics_of(title, &tags).iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), expected, "{title}");
        }
    }
    #[test]
    fn an_excerpt_names_one_topic_at_most() {
        let topic = |text: &str| vocabulary().topic_of_excerpt(text).map(|topic| topic.to_string());
        assert_eq!(topic("Learning Rust, C++ and .NET.").as_deref(), Some("languages"));
        assert_eq!(topic("Rust in a database.").as_deref(), Some("languages"));
        assert_eq!(topic("A quiet week."), None);
    }
}
