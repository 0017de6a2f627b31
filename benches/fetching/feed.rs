//! One invented feed: what it holds, and how it is written as RSS or Atom.

use chrono::{DateTime, TimeDelta, Utc};

use super::random::Random;
use super::words::{Writer, escaped};

/// The moment of the first week: a Monday. `scripts/bench` fetches with the clock set to it.
const NOW: i64 = 1_794_808_800;

struct Entry {
    title: String,
    url: String,
    id: String,
    date: DateTime<Utc>,
    author: String,
    tags: Vec<&'static str>,
    summary: String,
    /// Of feeds that publish whole articles.
    article: Option<String>,
}

/// How a feed is made: what a publisher's software decides once.
pub(crate) struct Feed {
    number: u32,
    title: String,
    atom: bool,
    cdata: bool,
    /// The lesser elements of WordPress: comments, slash:comments.
    chatty: bool,
    /// Bare ampersands and HTML entities in XML, as one feed in twenty has them.
    careless: bool,
    latency_ms: u64,
    /// Newest first; the first `new` of them appear in the second week.
    entries: Vec<Entry>,
    new: usize,
}

impl Feed {
    pub(crate) fn invent(writer: &Writer, number: u32, seed: u64, changes: bool) -> Self {
        let mut random = Random::new(seed, u64::from(number));
        let random = &mut random;
        let whole = random.chance(0.6);
        let permalinks = random.chance(0.6);
        let new = if changes { random.between(1, 4) } else { 0 };
        let mut feed = Self {
            number,
            title: format!("{} {number}", writer.words(random, 2)),
            atom: random.chance(0.36),
            cdata: random.chance(0.7),
            chatty: random.chance(0.4),
            careless: random.chance(0.05),
            latency_ms: latency(random),
            entries: Vec::new(),
            new,
        };
        let now = DateTime::from_timestamp(NOW, 0).unwrap_or_default();
        let mut date = now;
        for at in 0..new + random.between(10, 60) {
            date = match at {
                at if at < new => now + TimeDelta::hours(i64::try_from(160 - at * 30).unwrap_or_default()),
                at if at == new => {
                    now - TimeDelta::minutes(i64::try_from(random.between(5, 5_000)).unwrap_or_default())
                }
                _ => date - TimeDelta::minutes(i64::try_from(random.between(30, 6_000)).unwrap_or_default()),
            };
            let entry = entry(writer, random, number, date, whole, permalinks);
            feed.entries.push(entry);
        }
        feed
    }

    pub(crate) fn content_type(&self) -> &'static str {
        match (self.atom, self.number % 3) {
            (_, 0) => "application/xml; charset=utf-8",
            (true, _) => "application/atom+xml",
            (false, 1) => "text/xml",
            (false, _) => "application/rss+xml; charset=UTF-8",
        }
    }

    pub(crate) fn entries_of(&self, week: u8) -> usize {
        self.shown(week).count()
    }

    /// The addresses of what the second week brings.
    pub(crate) fn new_entries(&self) -> Vec<String> {
        self.entries.iter().take(self.new).map(|entry| entry.url.clone()).collect()
    }

    pub(crate) fn latency_ms(&self) -> u64 {
        self.latency_ms
    }

    /// As served in that week: in the second, as many old entries have left as new ones came.
    pub(crate) fn week(&self, week: u8) -> String {
        if self.atom { self.as_atom(week) } else { self.as_rss(week) }
    }

    fn shown(&self, week: u8) -> impl Iterator<Item = &Entry> {
        let (skipped, kept) = if week == 0 { (self.new, usize::MAX) } else { (0, self.entries.len() - self.new) };
        self.entries.iter().skip(skipped).take(kept)
    }

    fn html(&self, html: &str) -> String {
        if self.cdata { format!("<![CDATA[{html}]]>") } else { escaped(html) }
    }

    fn text(&self, text: &str) -> String {
        if self.careless { format!("{text} & co&nbsp;") } else { escaped(text) }
    }

    fn as_rss(&self, week: u8) -> String {
        let home = format!("https://blog-{:05}.example/", self.number);
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"\n\
             \txmlns:content=\"http://purl.org/rss/1.0/modules/content/\"\n\
             \txmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n\
             \txmlns:atom=\"http://www.w3.org/2005/Atom\"\n\
             \txmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">\n<channel>\n\
             \t<title>{}</title>\n\t<atom:link href=\"{home}feed/\" rel=\"self\" type=\"application/rss+xml\" />\n\
             \t<link>{home}</link>\n\t<description>What we write about.</description>\n\
             \t<language>en</language>\n\t<generator>bench</generator>\n",
            escaped(&self.title)
        );
        for entry in self.shown(week) {
            xml.push_str(&format!(
                "\t<item>\n\t\t<title>{}</title>\n\t\t<link>{}</link>\n",
                self.text(&entry.title),
                escaped(&entry.url)
            ));
            if self.chatty {
                xml.push_str(&format!(
                    "\t\t<comments>{}#comments</comments>\n\t\t<slash:comments>3</slash:comments>\n",
                    escaped(&entry.url)
                ));
            }
            xml.push_str(&format!(
                "\t\t<dc:creator><![CDATA[{}]]></dc:creator>\n\t\t<pubDate>{}</pubDate>\n",
                entry.author,
                entry.date.to_rfc2822()
            ));
            for tag in &entry.tags {
                xml.push_str(&format!("\t\t<category><![CDATA[{tag}]]></category>\n"));
            }
            xml.push_str(&format!(
                "\t\t<guid isPermaLink=\"{}\">{}</guid>\n\t\t<description>{}</description>\n",
                entry.id == entry.url,
                escaped(&entry.id),
                self.html(&entry.summary)
            ));
            if let Some(article) = &entry.article {
                xml.push_str(&format!("\t\t<content:encoded>{}</content:encoded>\n", self.html(article)));
            }
            xml.push_str("\t</item>\n");
        }
        xml.push_str("</channel>\n</rss>\n");
        xml
    }

    fn as_atom(&self, week: u8) -> String {
        let home = format!("https://blog-{:05}.example/", self.number);
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n\
             \t<title>{}</title>\n\t<link href=\"{home}\" rel=\"alternate\" type=\"text/html\"/>\n\
             \t<link href=\"{home}atom.xml\" rel=\"self\" type=\"application/atom+xml\"/>\n\t<id>{home}</id>\n\
             \t<generator>bench</generator>\n",
            escaped(&self.title)
        );
        for entry in self.shown(week) {
            let date = entry.date.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            xml.push_str(&format!(
                "\t<entry>\n\t\t<title type=\"html\">{}</title>\n\
                 \t\t<link href=\"{}\" rel=\"alternate\" type=\"text/html\"/>\n\
                 \t\t<published>{date}</published>\n\t\t<updated>{date}</updated>\n\t\t<id>{}</id>\n\
                 \t\t<author><name>{}</name></author>\n",
                self.text(&entry.title),
                escaped(&entry.url),
                escaped(&entry.id),
                entry.author
            ));
            for tag in &entry.tags {
                xml.push_str(&format!("\t\t<category term=\"{tag}\"/>\n"));
            }
            xml.push_str(&format!("\t\t<summary type=\"html\">{}</summary>\n", self.html(&entry.summary)));
            if let Some(article) = &entry.article {
                xml.push_str(&format!("\t\t<content type=\"html\">{}</content>\n", self.html(article)));
            }
            xml.push_str("\t</entry>\n");
        }
        xml.push_str("</feed>\n");
        xml
    }
}

fn entry(
    writer: &Writer,
    random: &mut Random,
    number: u32,
    date: DateTime<Utc>,
    whole: bool,
    permalinks: bool,
) -> Entry {
    let serial = random.next() & 0xFFFF_FFFF;
    let length = random.between(4, 10);
    let title = format!("{} {serial:08x}", writer.words(random, length));
    let slug = title.to_lowercase().replace(' ', "-");
    let url = format!("https://blog-{number:05}.example/{}/{slug}/", date.format("%Y/%m"));
    let article = whole.then(|| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size between 0 and 60,000")]
        let size = random.log_normal(2_900.0, 0.8).min(60_000.0) as usize;
        writer.article(random, size)
    });
    let paragraph = writer.paragraph(random);
    Entry {
        id: if permalinks { url.clone() } else { format!("tag:blog-{number:05}.example,2026:{serial:08x}") },
        title,
        url,
        date,
        author: writer.words(random, 2),
        tags: (0..random.between(0, 4)).map(|_| writer.word(random)).collect(),
        summary: if random.chance(0.5) { format!("<p>{paragraph}</p>") } else { paragraph },
        article,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds between 0 and 4,000")]
fn latency(random: &mut Random) -> u64 {
    random.log_normal(120.0, 0.8).min(4_000.0) as u64
}
