//! The text of invented articles: English enough for a language detector, and as compressible as prose.

use super::random::Random;

/// The commonest first.
const WORDS: &str = "the of and to a in is that for it with on as are this be by from at or an was we can which our not have \
but more when if they you their will one all has about how been its new into than other out use time so only some do these \
up may what like there any each just first over then no most through because between after before while every still even \
should where both same under without against another service request server client database index query table schema \
storage disk page cache memory heap pointer thread task future runtime scheduler kernel driver network packet socket \
stream buffer message queue broker topic consumer producer cluster node leader follower replica shard partition snapshot \
journal checkpoint transaction lock latch conflict retry timeout deadline latency throughput bandwidth load traffic spike \
outage incident alert dashboard trace metric log sample profile benchmark budget cost release version branch commit merge \
review test fixture mock coverage build compiler linker macro type trait generic lifetime closure iterator module package \
library framework interface protocol format encoding schema parser grammar token syntax tree graph vector matrix model \
training prompt answer agent tool policy security key secret certificate signature permission sandbox container image \
registry cloud region zone edge browser page script style component layout event handler form field validation error \
failure recovery backup restore migration upgrade rollout rollback flag experiment team manager customer product roadmap \
decision document meeting interview career practice habit lesson mistake story question reason evidence example pattern \
measure compare explain describe remove replace reduce improve rewrite split share keep move change learn teach write read \
small large fast slow simple complex open closed public private local remote cheap expensive stable fragile modern legacy \
careful surprising useful boring subtle obvious painful pleasant quiet noisy early late weekly daily careless production";

const CODE: [&str; 3] = [
    "let total: u64 = rows.iter().map(|row| row.bytes).sum();\nif total > limit && !forced {\n    return Err(\"too large\");\n}",
    "select source, count(*) as entries\n  from items\n where first_seen > now() - interval '7 days'\n group by source;",
    "for host in a b c; do\n  ssh \"$host\" 'uptime && df -h /srv' 2>&1 | tee -a report.txt\ndone",
];

/// Writes words, sentences and articles.
pub(crate) struct Writer(Vec<&'static str>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self(WORDS.split_ascii_whitespace().collect())
    }

    /// The first words of the list are many times as frequent as the last (Zipf's law).
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is below the number of words")]
    pub(crate) fn word(&self, random: &mut Random) -> &'static str {
        let rank = (self.0.len() as f64).powf(random.unit()) as usize - 1;
        self.0.get(rank).copied().unwrap_or("word")
    }

    pub(crate) fn words(&self, random: &mut Random, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| self.word(random)).collect();
        capitalised(&words.join(" "))
    }

    pub(crate) fn sentence(&self, random: &mut Random) -> String {
        let length = random.between(6, 22);
        let mut sentence = self.words(random, length);
        sentence.push_str(match random.below(20) {
            0 => "?",
            1 => " — so far.",
            2 => " (as measured).",
            _ => ".",
        });
        sentence
    }

    pub(crate) fn paragraph(&self, random: &mut Random) -> String {
        let sentences: Vec<String> = (0..random.between(2, 5)).map(|_| self.sentence(random)).collect();
        sentences.join(" ")
    }

    /// HTML of about `size` bytes: paragraphs with links, headings, lists, code, pictures.
    pub(crate) fn article(&self, random: &mut Random, size: usize) -> String {
        let mut html = String::with_capacity(size + 1_000);
        while html.len() < size {
            match random.below(20) {
                0 => {
                    let code = CODE.get(random.below(CODE.len())).copied().unwrap_or_default();
                    html.push_str(&format!("<pre><code>{}</code></pre>\n", escaped(code)));
                }
                1 => html.push_str(&format!("<h2>{}</h2>\n", self.words(random, 4))),
                2 => {
                    let points: String =
                        (0..3).map(|_| format!("<li>{}</li>", escaped(&self.sentence(random)))).collect();
                    html.push_str(&format!("<ul>{points}</ul>\n"));
                }
                3 => html.push_str(&format!(
                    "<figure><img src=\"https://pictures.example/{}.png\" alt=\"A chart\" width=\"800\" /></figure>\n",
                    random.below(1_000_000)
                )),
                4..=9 => html.push_str(&format!(
                    "<p>{} <a href=\"https://site-{}.example/?page={}&amp;from=feed\">{}</a> {}</p>\n",
                    self.sentence(random),
                    random.below(2_000),
                    random.below(500),
                    self.words(random, 3),
                    self.paragraph(random)
                )),
                10 => html.push_str(&format!(
                    "<p>{} <strong>{}</strong> &amp; <code>{}</code>. {}</p>\n",
                    self.sentence(random),
                    self.words(random, 2),
                    self.word(random),
                    self.sentence(random)
                )),
                _ => html.push_str(&format!("<p>{}</p>\n", self.paragraph(random))),
            }
        }
        html
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// For the text of an element or an attribute.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
