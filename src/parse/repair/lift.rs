//! Fields that a description swallowed because it was never closed: in the source they stand beside it.

use super::fields::relation;
use super::names::Ns;
use super::tree::{Element, Node, is_leaf};

/// Whether an element holds prose, in which fields have no place.
pub(super) fn is_prose(element: &Element<'_>) -> bool {
    match element.ns {
        Some(Ns::Core) => matches!(element.name.as_ref(), "description" | "summary" | "content" | "abstract"),
        Some(Ns::Content) => element.name == "encoded",
        _ => false,
    }
}

/// Takes the fields of `entry` out of its `prose`. Elements that were never closed themselves stand last in one
/// another, `levels` of them; what was closed is whole, and part of the prose.
pub(super) fn fields<'a>(prose: &mut Element<'a>, levels: usize, entry: &Element<'a>) -> Vec<Node<'a>> {
    // Of a field that an entry has once, the one in its place is the right one.
    let known: Vec<&str> = entry.elements().filter(|e| is_single(e)).map(|e| e.name.as_ref()).collect();
    let wanted = |e: &Element<'_>| is_field(e) && !(is_single(e) && known.contains(&e.name.as_ref()));
    let mut lifted = Vec::new();
    take(prose, levels, &wanted, &mut lifted);
    lifted
}

fn take<'a>(from: &mut Element<'a>, levels: usize, wanted: &impl Fn(&Element<'a>) -> bool, lifted: &mut Vec<Node<'a>>) {
    let last = from.children.len().saturating_sub(1);
    for (at, mut node) in std::mem::take(&mut from.children).into_iter().enumerate() {
        match &mut node {
            Node::Element(element) if wanted(element) => {
                lifted.push(node);
                continue;
            }
            Node::Element(element) if at == last && levels > 0 => take(element, levels - 1, wanted, lifted),
            _ => {}
        }
        from.children.push(node);
    }
}

fn is_single(element: &Element<'_>) -> bool {
    element.ns == Some(Ns::Core) && is_leaf(Ns::Core, &element.name)
}

fn is_field(element: &Element<'_>) -> bool {
    let name = element.name.as_ref();
    match element.ns {
        // HTML has links of its own, to style sheets.
        Some(Ns::Core) if name == "link" => {
            let leads = matches!(relation(element).as_ref(), "alternate" | "enclosure" | "replies");
            if element.attribute("href").is_some() { leads } else { !element.trimmed().is_empty() }
        }
        Some(Ns::Core) => is_leaf(Ns::Core, name) || matches!(name, "author" | "category" | "enclosure"),
        Some(Ns::Dc | Ns::DcTerms | Ns::Content | Ns::Media | Ns::Itunes | Ns::Feedburner | Ns::Slash | Ns::Thread) => {
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::content::Prose;
    use super::super::super::entry::{Contents, Reading};
    use super::super::{Feed, canonical};

    fn feed(items: &str) -> Feed {
        canonical(&format!("<rss version='2.0'><channel>{items}"), None, &mut Reading::All(Contents::Html))
            .expect("a feed")
            .feed
    }

    #[test]
    fn an_unclosed_description_keeps_no_field() {
        let fields = "<title>A</title><link>http://a.example/1</link><guid>1</guid><pubDate>1 Jan 2026</pubDate>\
                      <dc:creator>Ann</dc:creator><category>x</category><slash:comments>3</slash:comments>";
        for prose in ["one", "<p>one", "one<br>", "<ul><li>one"] {
            for end in ["</item></channel></rss>", "<item><title>B</title></item>"] {
                let feed = feed(&format!("<item><description>{prose}{fields}{end}"));
                let entry = &feed.entries[0];
                assert_eq!(entry.link.as_deref(), Some("http://a.example/1"), "{prose} {end}");
                assert_eq!((entry.id.as_deref(), entry.author.as_deref()), (Some("1"), Some("Ann")));
                assert_eq!((entry.tags.as_slice(), entry.comment_count), (&["x".to_owned()][..], Some(3)));
                assert!(entry.published.is_some() && entry.title == Some(Prose::Plain("A".into())));
                let (Prose::Plain(text) | Prose::Html(text)) = entry.summary.as_ref().expect("a summary");
                assert!(text.contains("one") && !text.contains("a.example"), "{text}");
            }
        }
        let feed = feed("<item><description>one<link>http://a.example/1</item>");
        assert_eq!(feed.entries[0].link.as_deref(), Some("http://a.example/1"));
    }

    #[test]
    fn what_belongs_to_the_prose_stays_in_it() {
        let link = |item: &str| feed(&format!("<item>{item}</item></channel></rss>")).entries.remove(0).link;
        assert_eq!(link("<description>a<link>http://a.example/</link></description>"), None);
        assert_eq!(link("<description>a<link rel='stylesheet' href='http://a.example/a.css'/>"), None);
        assert_eq!(link("<description>a<div><link>http://a.example/</link></div>"), None);
        let both = "<link>http://a.example/1</link><description>a<link>http://a.example/2</link>";
        assert_eq!(link(both).as_deref(), Some("http://a.example/1"));
    }
}
