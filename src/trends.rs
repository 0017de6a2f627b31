//! What this window speaks of more, or less, than the weeks before it.
//!
//! Titles yield terms (`terms`), a table counts who names which in what week (`table`), a likelihood ratio says
//! how surprising this window is (`ratio`), and terms that tell the same stories become one (`choose`).

mod choose;
mod noise;
mod ratio;
mod table;
mod terms;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::cluster::title::fold;
use crate::model::edition::Window;
use crate::model::id::StoryId;
use crate::model::item::Items;
use crate::model::source::{Sources, Topic};
use crate::model::story::Ranked;
use crate::model::trend::Trend;
use table::{Row, Table};

/// An item of the window can bear a date this long before it; then it is no earlier mention.
const LATE: TimeDelta = TimeDelta::days(14);

/// One title of the time before the window.
#[derive(Debug, Clone, Copy)]
pub struct Mention<'a> {
    pub title: &'a str,
    /// Who published it: an owner has one vote for a story.
    pub owner: &'a str,
    pub when: DateTime<Utc>,
    /// The story it belonged to; without one, equal titles are one story.
    pub story: Option<&'a StoryId>,
}

/// Zero to five trends of `window`, the strongest first, a fading one (at most one) last.
///
/// `current`: the stories of the window, best first. `earlier`: what was published before `window.from`; the 8 × 7
/// days before it are what the window is compared with, anything older only tells *back* from *new*. What is also
/// in `current` counts once, there. `vocabulary`: topics, whose aliases are known names. Empty when fewer than three
/// of the eight weeks hold ten titles: then nobody can say what is usual.
#[must_use]
pub fn trends(
    window: Window,
    current: &[Ranked],
    items: &Items<'_>,
    sources: &Sources<'_>,
    earlier: &[Mention<'_>],
    vocabulary: &[Topic],
) -> Vec<Trend> {
    let mut table = Table::new(window);
    let mut told: BTreeSet<(&str, String)> = BTreeSet::new();
    for story in current {
        for item in items.of(&story.story) {
            let owner = sources.owner(&item.source);
            if told.insert((owner, fold(&item.title))) {
                table.add_current(&Row { title: &item.title, owner, story: story.story.id.as_str() });
            }
        }
    }
    let here: BTreeSet<&StoryId> = current.iter().map(|ranked| &ranked.story.id).collect();
    for mention in earlier {
        let folded = fold(mention.title);
        let late = mention.when >= window.from - LATE && told.contains(&(mention.owner, folded.clone()));
        if late || mention.story.is_some_and(|story| here.contains(story)) {
            continue;
        }
        let story = mention.story.map_or(folded.as_str(), StoryId::as_str);
        table.add_earlier(&Row { title: mention.title, owner: mention.owner, story }, mention.when);
    }
    choose::choose(&table, current, items, sources, vocabulary)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::stories;
    use crate::cluster::tests::{at, item, source};
    use crate::model::item::Item;
    use crate::model::source::{Role, Source};
    use crate::model::story::Story;
    use crate::model::trend::Movement;
    use crate::rank::{Profile, rank};

    const FROM: &str = "2026-11-13T06:00:00Z";

    fn window() -> Window {
        Window { from: at(FROM), until: at(FROM) + Duration::days(7) }
    }

    fn world() -> Vec<Source> {
        ["one", "two", "three", "four"].iter().map(|key| source(key, Role::Press)).collect()
    }

    /// What merges is the matter of another module.
    fn each_a_story(items: &[Item], sources: &Sources<'_>) -> Vec<Story> {
        stories(items, sources, &(0..items.len()).map(|position| vec![position]).collect::<Vec<_>>())
    }

    fn filler(n: usize) -> String {
        let things = ["gardens", "kettles", "bridges", "violins", "ladders", "ovens", "maps", "boats", "clocks"];
        let doings = ["repaired", "painted", "measured", "drawn", "forgotten", "carried", "rented", "weighed"];
        format!("How {} are {} near {n}", things[n % 9], doings[n / 9 % 8])
    }

    /// (title, owner, days before the window), over twelve quiet titles a week for eight weeks.
    fn found(now: &[(&str, &str)], before: &[(&str, &str, i64)]) -> Vec<Trend> {
        let known = world();
        let sources = Sources::new(&known);
        let items: Vec<Item> = now
            .iter()
            .enumerate()
            .map(|(n, (title, owner))| item(owner, title, &format!("{owner}.example/{n}")))
            .collect();
        let quiet: Vec<String> = (0..112).map(filler).collect();
        let mut earlier: Vec<Mention<'_>> = quiet
            .iter()
            .enumerate()
            .map(|(n, title)| Mention {
                title,
                owner: "three",
                when: at(FROM) - Duration::days(i64::try_from(n).unwrap() % 56) - Duration::hours(1),
                story: None,
            })
            .collect();
        earlier.extend(before.iter().map(|(title, owner, days)| Mention {
            title,
            owner,
            when: at(FROM) - Duration::days(*days),
            story: None,
        }));
        let at_hand = Items::new(&items);
        let profile = Profile { followed: &[], topics: &[] };
        let ranked = rank(&each_a_story(&items, &sources), &at_hand, &sources, &profile, window().until);
        trends(window(), &ranked, &at_hand, &sources, &earlier, &[])
    }

    const BURST: [(&str, &str); 5] = [
        ("Why post-quantum TLS needs two packets", "four"),
        ("Servers meet post-quantum TLS", "one"),
        ("What post-quantum TLS costs a phone", "two"),
        ("A first look at post-quantum TLS in browsers", "one"),
        ("Buyers ask for post-quantum TLS", "three"),
    ];

    #[test]
    fn a_burst_is_one_trend_by_its_most_specific_name() {
        let found = found(&BURST, &[]);
        assert_eq!(found.len(), 1);
        let trend = &found[0];
        assert_eq!((trend.label.as_str(), trend.movement), ("post-quantum TLS", Movement::New));
        assert_eq!((trend.count, trend.owners, trend.evidence.len()), (5, 4, 5));
        assert_eq!(trend.weeks, [0, 0, 0, 0, 0, 0, 0, 0, 5]);
    }

    #[test]
    fn what_was_heard_before_is_rising_or_back() {
        let rising = found(&BURST, &[("Notes on post-quantum TLS", "one", 3)]);
        assert_eq!((rising[0].movement, rising[0].usual), (Movement::Rising, 0.125));
        assert_eq!(rising[0].weeks, [0, 0, 0, 0, 0, 0, 0, 1, 5]);
        let back = found(&BURST, &[("Notes on post-quantum TLS", "one", 70)]);
        assert_eq!(back[0].movement, Movement::Back);
        assert_eq!(back[0].quiet_since, Some("2026-08-31".parse().unwrap()));
    }

    #[test]
    fn one_owner_or_one_story_is_no_trend_and_plain_words_are_none() {
        let alone: Vec<(&str, &str)> = BURST.iter().map(|(title, _)| (*title, "one")).collect();
        assert!(found(&alone, &[]).is_empty());
        let plain = [
            ("The accidentally open door", "one"),
            ("How we accidentally moved house", "two"),
            ("An accidentally quick queue", "three"),
        ];
        assert!(found(&plain, &[]).is_empty());
    }

    #[test]
    fn what_is_usual_is_no_news() {
        let before: Vec<(&str, &str, i64)> =
            (0..8).flat_map(|week| BURST.map(|(title, owner)| (title, owner, 7 * week + 2))).collect();
        assert!(found(&BURST, &before).is_empty());
    }

    #[test]
    fn a_name_that_falls_silent_fades() {
        let titles = ["On Kubernetes upgrades", "Is Kubernetes cheap?", "We left Kubernetes", "A small Kubernetes"];
        let before: Vec<(&str, &str, i64)> = (0..8)
            .flat_map(|week| titles.map(|title| (title, if week % 2 == 0 { "one" } else { "two" }, 7 * week + 2)))
            .collect();
        let found = found(&[("A quiet one", "one")], &before);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].label.as_str(), found[0].movement, found[0].count), ("Kubernetes", Movement::Fading, 0));
    }

    #[test]
    fn a_silence_is_news_once() {
        let titles = ["On Kubernetes upgrades", "Is Kubernetes cheap?", "We left Kubernetes", "A small Kubernetes"];
        for quiet in 1..3 {
            let before: Vec<(&str, &str, i64)> = (quiet..8)
                .flat_map(|week| titles.map(|title| (title, if week % 2 == 0 { "one" } else { "two" }, 7 * week + 2)))
                .collect();
            assert!(found(&[("A quiet one", "one")], &before).is_empty(), "quiet for {quiet} weeks before");
        }
    }

    #[test]
    fn without_history_nobody_can_say() {
        let known = world();
        let sources = Sources::new(&known);
        let items: Vec<Item> = BURST.iter().map(|(title, owner)| item(owner, title, title)).collect();
        let at_hand = Items::new(&items);
        let profile = Profile { followed: &[], topics: &[] };
        let ranked = rank(&each_a_story(&items, &sources), &at_hand, &sources, &profile, window().until);
        assert!(trends(window(), &ranked, &at_hand, &sources, &[], &[]).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_titles_yield_at_most_five_and_nothing_panics(
            titles in proptest::collection::vec(("\\PC{0,40}", 0..3_usize), 0..20),
        ) {
            let owners = ["one", "two", "three"];
            let now: Vec<(&str, &str)> = titles.iter().map(|(title, n)| (title.as_str(), owners[*n])).collect();
            prop_assert!(found(&now, &[]).len() <= 5);
        }
    }
}
