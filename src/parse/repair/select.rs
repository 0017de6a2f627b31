//! Which of several dates, links and titles wins, in which of the many dialects.

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use foldhash::quality::FixedState;
use url::Url;

use super::fields::{author, cadence, comment_count, comments, dates, image, is_web, language, media, relation, tags};
use super::names::{Ns, normal};
use super::tree::{Element, is_entry};
use super::{Feed, MAX_ENTRIES, NoFeed, Repairs, prose};
use crate::model::entry::{Enclosure, FeedFormat};
use crate::parse::content::{Prose, submitted};
use crate::parse::entry::{Contents, Glance, MAX_LIST, Raw, Reading, bounded_name};
use crate::parse::identity::{self, Claim, Shared};
use crate::parse::spelling::{is_spelt, spelt};

/// Finds the feed in a document and reads it.
pub(super) fn feed(
    document: &Element<'_>,
    url: Option<&Url>,
    reading: &mut Reading<'_>,
    repairs: &mut Repairs,
) -> Result<Feed, NoFeed> {
    let outermost = document.elements().next().map(|element| element.name.to_string());
    let html = document.elements().any(|element| element.name == "html");
    let root = root(document).ok_or(if html { NoFeed::Html } else { NoFeed::Other(outermost) })?;
    let root_base = base(root, url);
    let mut found = Vec::new();
    entries(root, root_base.as_deref(), &mut found);
    if html && found.is_empty() {
        return Err(NoFeed::Html);
    }
    let format = format(root, repairs);
    let head =
        if root.name == "channel" { root } else { root.elements().find(|e| e.name == "channel").unwrap_or(root) };
    let head_base = base(head, if std::ptr::eq(root, head) { url } else { root_base.as_deref() });
    let declared = matches!(format, FeedFormat::Atom | FeedFormat::Atom03);
    let reader =
        Reader { ids: true, declared, format, site: None, shared: Shared::default(), page: None, author: None };
    let link = if is_entry(&root.name) { None } else { reader.link(head, head_base.as_deref()) };
    let site = link.as_deref().and_then(|link| Url::parse(link).ok());
    let reader = Reader { site, page: link.clone(), ..reader };
    let claims: Vec<_> = found.iter().take(MAX_ENTRIES).map(|(item, base)| reader.claim(item, base.as_ref())).collect();
    let reader = Reader { shared: Shared::by(&claims, link.as_deref()), ..reader };
    if !reader.shared.is_empty() {
        repairs.note(identity::SHARED);
    }
    if found.len() > MAX_ENTRIES {
        repairs.note("more than 2,000 entries: the rest was left out");
    }
    // A cut-off entry whose identity may stand behind the cut must not get another one.
    let whole_id = |(item, _): &(&Element<'_>, _)| !item.cut && has_id(item);
    let reader = Reader { ids: found.iter().any(whole_id) || found.iter().all(|(item, _)| item.cut), ..reader };
    let title = if is_entry(&root.name) { None } else { reader.title(head, repairs) };
    // A feed that is its own author says nothing.
    let is_title = |author: &String| matches!(&title, Some(Prose::Plain(text) | Prose::Html(text)) if text == author);
    let author = if declared { author(head).filter(|author| !is_title(author)) } else { None };
    let author = author.map(|author| bounded_name(&author).to_owned());
    let reader = Reader { author, ..reader };
    let entries = found
        .iter()
        .zip(claims)
        .filter_map(|((element, base), claim)| reader.entry(element, base.as_ref(), claim, reading, repairs))
        .collect();
    Ok(Feed { format, title, link, language: language(root, head), cadence: cadence(head), entries })
}

/// The outermost element that a feed can have; breadth does not matter, broken pages precede some feeds.
fn root<'e, 'a>(element: &'e Element<'a>) -> Option<&'e Element<'a>> {
    let begins = |e: &Element<'_>| {
        matches!(e.ns, Some(Ns::Core | Ns::Rdf | Ns::Other))
            && (matches!(e.name.as_ref(), "rss" | "rdf" | "feed" | "channel") || is_entry(&e.name))
    };
    element.elements().find_map(|child| if begins(child) { Some(child) } else { root(child) })
}

/// In bytes.
const LONG_BASE: usize = 4_000;

type Found<'e, 'a> = Vec<(&'e Element<'a>, Option<Url>)>;

/// All entries at any depth outside of entries, each with its base address.
fn entries<'e, 'a>(element: &'e Element<'a>, base_here: Option<&Url>, found: &mut Found<'e, 'a>) {
    if element.ns == Some(Ns::Core) && is_entry(&element.name) {
        found.push((element, base_here.cloned()));
        return;
    }
    for child in element.elements() {
        if found.len() > MAX_ENTRIES {
            return;
        }
        entries(child, base(child, base_here).as_deref(), found);
    }
}

/// The base address inside an element, by its `xml:base`.
fn base<'u>(element: &Element<'_>, outside: Option<&'u Url>) -> Option<Cow<'u, Url>> {
    // CDF says it without a prefix, and in capitals.
    let cdf = element.ns == Some(Ns::Core) && matches!(element.name.as_ref(), "channel" | "item");
    let is_base = |key: &str| key == "xml:base" || (cdf && key.eq_ignore_ascii_case("base"));
    let declared = element.attributes.iter().find(|(key, _)| is_base(key)).map(|(_, declared)| declared.trim());
    // Each entry has it once more.
    let declared = declared.filter(|declared| declared.len() <= LONG_BASE);
    let own = declared.and_then(|declared| match Url::parse(declared) {
        Ok(url) => Some(url).filter(|url| !url.cannot_be_a_base()),
        Err(_) => outside?.join(declared).ok(),
    });
    own.map(Cow::Owned).or(outside.map(Cow::Borrowed))
}

fn format(root: &Element<'_>, repairs: &mut Repairs) -> FeedFormat {
    let declares =
        |address: &str| root.attributes.iter().any(|(key, value)| key.starts_with("xmlns") && normal(value) == address);
    let version = root.attribute("version").unwrap_or_default();
    match root.name.as_ref() {
        "rss" => {
            if version.is_empty() {
                repairs.note("no version on <rss>");
            } else if !matches!(version, "2.0" | "0.91" | "0.92") {
                repairs.note("odd version on <rss>");
            }
            if version.starts_with("0.") { FeedFormat::Rss0 } else { FeedFormat::Rss2 }
        }
        "rdf" if declares("my.netscape.com/rdf/simple/0.9") => FeedFormat::Rss0,
        "rdf" => FeedFormat::Rss1,
        "feed" if declares("purl.org/atom/ns") || version.starts_with("0.") => FeedFormat::Atom03,
        "feed" | "entry" => FeedFormat::Atom,
        "channel" if declares("purl.org/net/rss1.1") => FeedFormat::Rss1,
        "channel" if root.attribute("href").is_some() || root.elements().any(|e| e.attribute("href").is_some()) => {
            FeedFormat::Cdf
        }
        _ => {
            repairs.note("no <rss> around the feed");
            FeedFormat::Rss2
        }
    }
}

fn has_id(item: &Element<'_>) -> bool {
    item.attribute("about").is_some() || item.elements().any(|e| e.is(Ns::Core, "guid") || e.is(Ns::Core, "id"))
}

struct Reader {
    /// Entries of this feed have identities of their own, as far as can be told.
    ids: bool,
    /// The format has `type` attributes.
    declared: bool,
    format: FeedFormat,
    site: Option<Url>,
    /// The page that the feed is about.
    page: Option<String>,
    /// Whose the entries are that name nobody (RFC 4287, section 4.2.1).
    author: Option<String>,
    /// What stands for an identity and is none.
    shared: Shared,
}

impl Reader {
    fn entry(
        &self,
        item: &Element<'_>,
        // Its own `xml:base` is in there.
        base: Option<&Url>,
        claim: Claim<'_>,
        reading: &mut Reading<'_>,
        repairs: &mut Repairs,
    ) -> Option<Raw> {
        let says =
            |e: &Element<'_>| e.attribute("href").map_or_else(|| !e.text().is_empty(), |href| !href.trim().is_empty());
        let whole = |name: &str| item.elements().any(|e| e.is(Ns::Core, name) && says(e));
        if item.cut && !(whole("title") && whole("link") && (has_id(item) || !self.ids)) {
            repairs.note("an entry that was cut off is left out");
            return None;
        }
        let (published, updated) = dates(item, repairs);
        let title = self.title(item, repairs);
        let has_title = title.is_some();
        let contents = reading.contents(|| Glance { print: item.print(), has_title, published, updated })?;
        let first = |ns: Ns, name: &str| item.elements().find(|e| e.is(ns, name));

        let Claim { given, link: own_link, .. } = claim;
        let shared = given.as_deref().is_some_and(|id| self.shared.has_id(id));
        let of_the_feed = |id: &str| identity::is_of_the_feed(id, self.page.as_deref(), own_link.as_deref());
        let of_the_feed = given.as_deref().is_some_and(of_the_feed);
        if of_the_feed {
            repairs.note("the feed's own page as an identity");
        }
        let id = given.as_deref().filter(|_| !shared && !of_the_feed).map(str::to_owned);
        let permalink = || {
            let opaque = first(Ns::Core, "guid")
                .and_then(|guid| guid.attribute("ispermalink"))
                .is_some_and(|says| says.eq_ignore_ascii_case("false"));
            let id = given.as_deref().filter(|_| !opaque)?;
            // In Atom an id is a name, and never relative to anything.
            let id = if self.declared {
                spelt(id).into_owned()
            } else if id.contains('/') {
                self.absolute(id, base)
            } else {
                return None;
            };
            is_web(&id).then_some(id)
        };
        let shared_link = own_link.as_deref().map_or(shared, |link| id.is_none() && self.shared.has_link(link));
        let shares_page = own_link.as_deref().is_some_and(|link| self.shared.has_page(link));
        let link = own_link.or_else(|| {
            let link = permalink();
            if link.is_some() {
                repairs.note("link taken from the id");
            }
            link
        });

        let content = item
            .elements()
            .find(|e| e.is(Ns::Content, "encoded") || e.is(Ns::Core, "content") || e.is(Ns::Xhtml, "body"));
        let summary = item
            .elements()
            .find(|e| matches!(e.name.as_ref(), "description" | "summary" | "abstract") && e.ns == Some(Ns::Core))
            .or_else(|| first(Ns::Dc, "description"))
            .or_else(|| first(Ns::Itunes, "summary"))
            .or_else(|| first(Ns::Itunes, "subtitle"))
            .or_else(|| media(item).find(|e| e.name == "description"));
        let content_base = content.map_or(base.map(Cow::Borrowed), |content| self::base(content, base));
        Some(Raw {
            id,
            link,
            title,
            summary: summary.and_then(|e| prose::read(e, self.declared, repairs)),
            content: content.filter(|e| !e.cut && contents != Contents::None).and_then(|e| {
                let declared = self.declared && e.ns == Some(Ns::Core);
                prose::read(e, declared, repairs)
            }),
            base: content_base.map(Cow::into_owned).or_else(|| self.site.clone()),
            published,
            updated,
            author: author(item).or_else(|| match first(Ns::Core, "source") {
                Some(source) => author(source),
                None => self.author.clone(),
            }),
            enclosures: self.enclosures(item, base),
            tags: tags(item),
            image: image(item).map(|image| self.absolute(&image, base)),
            comments: comments(item).map(|comments| self.absolute(&comments, base)),
            comment_count: comment_count(item),
            shared_link,
            shares_page,
            submitted: content.or(summary).and_then(|e| submitted(&e.trimmed())),
            contents,
        })
    }

    /// What an entry says is its identity.
    fn given_id<'e>(&self, item: &'e Element<'_>) -> Option<Cow<'e, str>> {
        let text = |name: &str| item.elements().find(|e| e.is(Ns::Core, name)).map(Element::trimmed);
        let given = text("guid").filter(|id| !id.is_empty()).or_else(|| text("id").filter(|id| !id.is_empty()));
        let about = || item.attribute("about").filter(|_| self.format == FeedFormat::Rss1).map(Cow::Borrowed);
        given.or_else(about)
    }

    fn claim<'e>(&self, item: &'e Element<'_>, base: Option<&Url>) -> Claim<'e> {
        let of = |ns: Ns| item.elements().filter(move |e| e.is(ns, "title")).map(Element::trimmed);
        let mut titles = of(Ns::Core).chain(of(Ns::Dc)).chain(of(Ns::Media));
        let title = titles.find(|title| !title.is_empty()).map(|title| FixedState::default().hash_one(title));
        Claim { given: self.given_id(item), link: self.own_link(item, base), title, cut: item.cut }
    }

    /// The page that an entry says it is about; some services stand between, and tell where they lead.
    fn own_link(&self, item: &Element<'_>, base: Option<&Url>) -> Option<String> {
        let original = item.elements().find(|e| e.is(Ns::Feedburner, "origlink")).map(Element::trimmed);
        let original = original.filter(|link| is_web(link)).map(|link| spelt(&link).into_owned());
        original.or_else(|| self.link(item, base))
    }

    fn title(&self, element: &Element<'_>, repairs: &mut Repairs) -> Option<Prose> {
        let mut read = |e: &Element<'_>| prose::title(e, self.declared && e.ns == Some(Ns::Core), repairs);
        let own = element.elements().filter(|e| e.is(Ns::Core, "title")).find_map(&mut read);
        own.or_else(|| element.elements().filter(|e| e.is(Ns::Dc, "title")).find_map(&mut read))
            .or_else(|| media(element).filter(|e| e.name == "title").find_map(&mut read))
    }

    /// The page that an entry or a feed is about: `<link>` with text, else the alternate of Atom, HTML first.
    fn link(&self, element: &Element<'_>, base: Option<&Url>) -> Option<String> {
        let mut best: Option<(u8, String)> = None;
        for link in element.elements().filter(|e| e.is(Ns::Core, "link") && !e.cut) {
            let (rank, address) = match link.attribute("href") {
                Some(href) => {
                    let html = link.attribute("type").is_none_or(|kind| {
                        matches!(kind.to_ascii_lowercase().as_str(), "" | "text/html" | "application/xhtml+xml")
                    });
                    match (relation(link).as_ref(), html) {
                        ("alternate", true) => (0, Cow::Borrowed(href)),
                        ("alternate", false) => (2, Cow::Borrowed(href)),
                        _ => continue,
                    }
                }
                None => (1, Cow::Owned(link.text())),
            };
            // Of equals the last: where feeds repeat themselves, the last is the corrected one.
            if !address.is_empty() && best.as_ref().is_none_or(|(than, _)| rank <= *than) {
                let base = self::base(link, base);
                best = Some((rank, self.absolute(&address, base.as_deref())));
            }
        }
        best.map(|(_, link)| link).or_else(|| {
            let href = element.attribute("href").filter(|_| self.format == FeedFormat::Cdf)?;
            Some(self.absolute(href, base))
        })
    }

    /// An address made absolute; as it stands when nothing says what it is relative to.
    fn absolute(&self, address: &str, base: Option<&Url>) -> String {
        let address = address.trim();
        if is_spelt(address) {
            return address.to_owned();
        }
        let address: String = address.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
        match Url::parse(&address) {
            Ok(url) => url.into(),
            Err(url::ParseError::RelativeUrlWithoutBase) if address.starts_with("www.") => {
                spelt(&format!("http://{address}")).into_owned()
            }
            Err(url::ParseError::RelativeUrlWithoutBase) => {
                base.or(self.site.as_ref()).and_then(|base| base.join(&address).ok()).map_or(address, String::from)
            }
            Err(_) => address,
        }
    }

    fn enclosures(&self, item: &Element<'_>, base: Option<&Url>) -> Vec<Enclosure> {
        item.elements()
            .filter_map(|e| {
                let address = if e.is(Ns::Core, "enclosure") {
                    e.attribute("url")
                } else if e.is(Ns::Core, "link") && relation(e) == "enclosure" {
                    e.attribute("href")
                } else {
                    None
                };
                Some(Enclosure {
                    url: self.absolute(address.filter(|a| !a.is_empty())?, base),
                    media_type: e.attribute("type").filter(|t| !t.is_empty()).map(str::to_owned),
                    length: e.attribute("length").and_then(|length| length.parse().ok()),
                })
            })
            .take(MAX_LIST)
            .collect()
    }
}
