//! What the pages behind its stories told goes into an edition that is composed already: into the gaps of its cards,
//! so that no story is chosen or ordered differently for it.

use super::card::says_more;
use crate::model::article::Article;
use crate::model::edition::{Edition, StoryCard};

/// What may be taken from the page behind a card.
#[derive(Debug, Clone, Copy)]
pub struct Learned<'a> {
    pub article: &'a Article,
    /// Whether its source lets its words be shown.
    pub quotable: bool,
}

impl StoryCard {
    /// Whether a page could add something that a reader would see.
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        self.excerpt.is_none() || self.author.is_none() || self.reading_minutes.is_none()
    }
}

/// Fills the gaps of every card that `learned` knows something for. What a feed said itself stays.
pub fn fill<'a>(edition: &mut Edition, learned: impl Fn(&StoryCard) -> Option<Learned<'a>>) {
    let team = &mut edition.team;
    let picks = [&mut team.junior, &mut team.practice, &mut team.product];
    let cards = (edition.top.iter_mut())
        .chain(edition.topics.iter_mut().flat_map(|section| &mut section.stories))
        .chain(&mut edition.outside)
        .chain(picks.into_iter().flatten().map(|pick| &mut pick.story));
    for card in cards {
        let Some(Learned { article, quotable }) = learned(card) else { continue };
        if card.excerpt.is_none() && quotable {
            card.excerpt = article.excerpt.clone().filter(|excerpt| says_more(excerpt, &card.headline));
        }
        let gap = |known: &mut Option<String>, told: &Option<String>| {
            if known.is_none() {
                known.clone_from(told);
            }
        };
        gap(&mut card.author, &article.author);
        gap(&mut card.image, &article.image);
        gap(&mut card.language, &article.language);
        card.reading_minutes = card.reading_minutes.or(article.reading_minutes);
        card.paywall |= article.walled;
        card.date = card.date.or(article.published.filter(|date| *date <= edition.window.until));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::sample_edition;

    #[test]
    fn gaps_are_filled_and_what_a_feed_said_stays() {
        let mut edition = sample_edition();
        let text = |text: &str| Some(text.to_owned());
        let article = Article {
            excerpt: text("Something that no headline of the sample says in these words."),
            author: text("Ann Lind"),
            image: text("https://a.example/a.png"),
            reading_minutes: Some(99),
            walled: true,
            ..Article::default()
        };
        let before = edition.clone();
        let last = edition.top.len() - 1;
        edition.top[last].excerpt = None;
        edition.top[0].excerpt = None;
        edition.top[last].reading_minutes = None;
        let unquotable = edition.top[0].id.clone();
        fill(&mut edition, |card| Some(Learned { article: &article, quotable: card.id != unquotable }));
        assert_eq!((&edition.top[last].excerpt, edition.top[last].reading_minutes), (&article.excerpt, Some(99)));
        assert_eq!((&edition.top[0].excerpt, &edition.top[0].author), (&None, &article.author));
        assert_eq!(edition.top[0].reading_minutes, before.top[0].reading_minutes);
        assert_eq!(edition.top[1].excerpt, before.top[1].excerpt);
        let ids = |edition: &Edition| edition.stories().map(|card| card.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&edition), ids(&before));
        assert!(edition.stories().all(|card| card.image == article.image && card.paywall));
    }
}
