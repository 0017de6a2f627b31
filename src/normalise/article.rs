//! A page as it was read becomes what a story may gain from it, by the rules that hold for feeds.

use std::collections::BTreeSet;

use url::Url;

use super::summary;
use crate::model::article::Article;
use crate::parse::article::Page;
use crate::parse::date;
use crate::text;

/// Of an author's name, in characters; what is longer is no name.
const AUTHOR_CHARS: usize = 80;
/// Bytes of a picture's address.
const IMAGE_BYTES: usize = 2_000;
/// Characters of the text in which a description's words are looked for.
const NEAR: usize = 20_000;

/// Judges a page that was read at `url`. `headline` is the story's: an excerpt says more than it.
#[must_use]
pub fn article(page: &Page, headline: &str, url: &Url) -> Article {
    let description = page.description.as_deref().map(text::tidy).unwrap_or_default();
    let description = Some(summary::without_boilerplate(&description)).filter(|words| is_of(words, &page.text));
    let body = if page.walled { "" } else { summary::without_boilerplate(&page.text) };
    let excerpt = summary::choose(headline, page.author.as_deref(), description.unwrap_or_default(), body);
    Article {
        excerpt: excerpt.filter(|_| !page.no_snippet),
        author: page.author.as_deref().and_then(author),
        image: page.image.as_deref().and_then(|image| picture(image, url)),
        // Of a walled page only the beginning is there.
        reading_minutes: text::reading_minutes(text::words(&page.text)).filter(|_| !page.walled),
        language: page.language.as_deref().and_then(language),
        published: page.published.as_deref().and_then(date::parse),
        walled: page.walled,
    }
}

/// Whether a description is of this text: many sites give each page the one description of the site.
fn is_of(description: &str, text: &str) -> bool {
    let near: String = text.chars().take(NEAR).collect();
    let known: BTreeSet<String> = text::words_of(&near).into_iter().collect();
    let words: Vec<String> = text::words_of(description).into_iter().filter(|word| word.chars().count() > 3).collect();
    let found = words.iter().filter(|word| known.contains(*word)).count();
    known.is_empty() || 2 * found >= words.len()
}

/// A name, without "By" before it; no address and no handle.
fn author(text: &str) -> Option<String> {
    let name = text::tidy(text);
    let name = ["By ", "by ", "BY ", "Von ", "Par "].iter().find_map(|by| name.strip_prefix(by)).unwrap_or(&name);
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '|' | '·' | '•' | '-'));
    let fits = (2..=AUTHOR_CHARS).contains(&name.chars().count());
    (fits && name.contains(char::is_alphabetic) && !name.contains("://") && !name.starts_with('@'))
        .then(|| name.to_owned())
}

fn picture(image: &str, url: &Url) -> Option<String> {
    let image = url.join(image.trim()).ok()?;
    let fits = matches!(image.scheme(), "http" | "https") && image.has_host() && image.as_str().len() <= IMAGE_BYTES;
    (fits && image.username().is_empty() && image.password().is_none()).then(|| image.into())
}

/// A tag of a language and perhaps a country, `en` or `en-GB`; nothing else.
fn language(declared: &str) -> Option<String> {
    let tag = declared.trim().replace('_', "-");
    let mut parts = tag.split('-');
    let primary = parts.next().is_some_and(|part| matches!(part.len(), 2 | 3));
    let rest = parts.all(|part| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    (primary && rest && tag.len() <= 16 && tag.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page {
            text: "The planner now learns from the queries that it has seen, and forgets them after a week. "
                .repeat(20),
            ..Page::default()
        }
    }

    fn judged(page: &Page) -> Article {
        article(page, "Ferrow 4.0 released", &"https://a.example/posts/1".parse().unwrap())
    }

    #[test]
    fn the_description_is_quoted_if_it_is_of_the_text_and_else_the_text() {
        let of = |description: &str| judged(&Page { description: Some(description.into()), ..page() }).excerpt.unwrap();
        let own = "How the planner learns from queries it has seen, and why it forgets them.";
        assert_eq!(of(own), own);
        assert!(of("Example News brings you the latest stories from around the world.").starts_with("The planner now"));
    }

    #[test]
    fn who_asks_not_to_be_quoted_is_not_and_a_wall_hides_the_length() {
        let shut = judged(&Page { no_snippet: true, ..page() });
        assert_eq!((shut.excerpt, shut.reading_minutes), (None, Some(1)));
        let walled = judged(&Page { walled: true, ..page() });
        assert_eq!((walled.excerpt, walled.reading_minutes, walled.walled), (None, None, true));
    }

    #[test]
    fn names_pictures_and_languages_are_what_they_should_be() {
        let author = |name: &str| judged(&Page { author: Some(name.into()), ..page() }).author;
        assert_eq!(author(" By  Ann Lind, ").as_deref(), Some("Ann Lind"));
        for odd in ["https://a.example/ann", "@ann", "-", "1234", &"long ".repeat(40)] {
            assert_eq!(author(odd), None, "{odd}");
        }
        let image = |src: &str| judged(&Page { image: Some(src.into()), ..page() }).image;
        assert_eq!(image("/a.png").as_deref(), Some("https://a.example/a.png"));
        for odd in ["data:image/png;base64,AAAA", "javascript:x()", "https://me:secret@a.example/", "http://"] {
            assert_eq!(image(odd), None, "{odd}");
        }
        let language = |tag: &str| judged(&Page { language: Some(tag.into()), ..page() }).language;
        assert_eq!((language("en_GB").as_deref(), language("de").as_deref()), (Some("en-GB"), Some("de")));
        for odd in ["", "english language", "x", "en-", "\"><b"] {
            assert_eq!(language(odd), None, "{odd}");
        }
    }
}
