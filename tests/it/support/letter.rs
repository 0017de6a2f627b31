//! A mail as a reader's program takes it apart.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

/// One message.
#[derive(Debug, Clone)]
pub struct Letter {
    head: String,
    pub text: String,
    pub html: String,
}

impl Letter {
    /// Every message of a Maildir, in the order of arrival.
    pub fn all(maildir: &Path) -> Vec<Self> {
        let mut paths: Vec<_> = std::fs::read_dir(maildir.join("new"))
            .expect("new/")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        paths.iter().map(|path| Self::read(&std::fs::read_to_string(path).expect("a message"))).collect()
    }

    /// A message with a text and an HTML part, both quoted-printable.
    fn read(message: &str) -> Self {
        let message = message.replace("\r\n", "\n");
        let (head, body) = message.split_once("\n\n").expect("a head");
        let head = Regex::new("\n[ \t]+").expect("a pattern").replace_all(head, " ").into_owned();
        let boundary = Regex::new("boundary=\"?([^\";\n]+)").expect("a pattern").captures(&head).expect("parts");
        let boundary = format!("--{}", &boundary[1]);
        let part = |kind: &str| {
            let mut parts = body.split(&boundary).filter_map(|part| part.split_once("\n\n"));
            parts.find(|(head, _)| head.contains(kind)).map(|(_, part)| quoted_printable(part)).expect("the part")
        };
        Self { text: part("text/plain"), html: part("text/html"), head }
    }

    /// The value of a header, unfolded.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// Every web address in it: in its headers, and in both parts.
    pub fn links(&self) -> BTreeSet<String> {
        let bare = Regex::new(r#"https?://[^\s<>"]+"#).expect("a pattern");
        let href = Regex::new(r#"href="(https?://[^"]+)""#).expect("a pattern");
        let mut links: BTreeSet<String> = [&self.head, &self.text]
            .iter()
            .flat_map(|part| bare.find_iter(part))
            .map(|found| found.as_str().to_owned())
            .collect();
        links.extend(href.captures_iter(&self.html).map(|found| found[1].replace("&amp;", "&")));
        links
    }

    /// The one link that has `part` in it.
    #[track_caller]
    pub fn link(&self, part: &str) -> String {
        let found: Vec<String> = self.links().into_iter().filter(|link| link.contains(part)).collect();
        assert_eq!(found.len(), 1, "{part}: {found:?}");
        found[0].clone()
    }
}

/// RFC 2045 §6.7.
fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'=').then(|| after.get(..2)).flatten();
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).expect("UTF-8")
}
