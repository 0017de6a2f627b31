//! A trend in words, with its bars.

use chrono::{Datelike as _, Days, NaiveDate};
use serde::Serialize;

use super::safe;
use crate::model::trend::{Movement, Trend};
use crate::render::dates;
use crate::render::words::{counted, in_words, line};

/// The weeks that every picture spans; earlier ones of which nothing is known stay blank.
const WEEKS: usize = 9;
/// The height of the highest bar of an edition, in pixels.
const HEIGHT: u32 = 34;

/// One trend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct TrendView {
    pub(crate) label: String,
    /// "new", "rising", "back" or "fading".
    pub(crate) movement: &'static str,
    /// Stories in this window: the number at the last bar.
    pub(crate) count: u32,
    /// "14 stories from 9 sources; usually 2 a week".
    pub(crate) words: String,
    /// Nine, oldest first, all trends of an edition on one scale.
    pub(crate) bars: Vec<Bar>,
    /// The picture in words: "Stories a week, oldest first: 0, 2, 14".
    pub(crate) spoken: String,
    /// The same as text: "▁▁·▁▂▁▁▃█".
    pub(crate) line: String,
    pub(crate) evidence: Vec<EvidenceView>,
}

/// One week of a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Bar {
    /// False for a week of which nothing is known.
    pub(crate) known: bool,
    /// In pixels; 0 for a week without a story.
    pub(crate) height: u32,
    /// What is left above it.
    pub(crate) above: u32,
    /// Whether this is the window of the edition.
    pub(crate) now: bool,
}

/// A story behind a trend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct EvidenceView {
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) url: String,
}

/// All trends of an edition, with bars on one scale. `today` is the day of its cut-off.
pub(crate) fn views(trends: &[Trend], today: NaiveDate) -> Vec<TrendView> {
    let highest = trends.iter().flat_map(weeks).flatten().max().unwrap_or(0).max(1);
    trends.iter().map(|trend| view(trend, highest, today)).collect()
}

fn view(trend: &Trend, highest: u32, today: NaiveDate) -> TrendView {
    let weeks = weeks(trend);
    TrendView {
        label: line(&trend.label, 80),
        movement: trend.movement.as_str(),
        count: trend.count,
        words: words(trend, today),
        bars: weeks.iter().enumerate().map(|(place, week)| bar(*week, highest, place + 1 == weeks.len())).collect(),
        spoken: spoken(&weeks),
        line: weeks.iter().map(|week| block(*week, highest)).collect(),
        evidence: (trend.evidence.iter())
            .filter_map(|it| {
                let url = safe(it.url.as_deref())?;
                Some(EvidenceView { title: line(&it.title, 200), source: line(&it.source, 80), url })
            })
            .collect(),
    }
}

/// Nine weeks, oldest first; the last is the window and shows the number that is printed beside it.
fn weeks(trend: &Trend) -> Vec<Option<u32>> {
    let before = trend.weeks.split_last().map_or(&[][..], |(_, before)| before);
    let known = before.iter().rev().take(WEEKS - 1).rev().copied().map(Some);
    let blank = WEEKS - 1 - before.len().min(WEEKS - 1);
    std::iter::repeat_n(None, blank).chain(known).chain([Some(trend.count)]).collect()
}

fn spoken(weeks: &[Option<u32>]) -> String {
    let known: Vec<String> = weeks.iter().flatten().map(u32::to_string).collect();
    format!("Stories a week, oldest first: {}", known.join(", "))
}

fn bar(week: Option<u32>, highest: u32, now: bool) -> Bar {
    let height = week.map_or(0, |stories| scaled(stories, highest, HEIGHT, 2));
    Bar { known: week.is_some(), height, above: HEIGHT - height, now }
}

fn block(week: Option<u32>, highest: u32) -> char {
    const BLOCKS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    week.map_or(' ', |stories| BLOCKS.get(scaled(stories, highest, 8, 1) as usize).copied().unwrap_or('█'))
}

/// A share of `full`, rounded, at least `least` for what is not nothing.
fn scaled(stories: u32, highest: u32, full: u32, least: u32) -> u32 {
    if stories == 0 {
        return 0;
    }
    let share = (u64::from(stories) * u64::from(full) + u64::from(highest) / 2) / u64::from(highest.max(1));
    u32::try_from(share).unwrap_or(full).clamp(least, full)
}

fn words(trend: &Trend, today: NaiveDate) -> String {
    let stories = counted(trend.count, "story", "stories");
    let now = match trend.owners {
        0 => stories,
        owners => format!("{stories} from {}", counted(owners, "source", "sources")),
    };
    let before = match (trend.movement, trend.quiet_since) {
        // It was heard until the end of that week, so it is quiet since the week's Sunday.
        (Movement::Back, Some(monday)) => {
            let sunday = monday.checked_add_days(Days::new(6)).unwrap_or(monday);
            format!("quiet since {}", dates::part_of_month(sunday, today.year()))
        }
        _ => usually(trend),
    };
    if before.is_empty() { now } else { format!("{now}; {before}") }
}

fn usually(trend: &Trend) -> String {
    let before = trend.weeks.len().saturating_sub(1).min(WEEKS - 1);
    if before == 0 {
        return String::new();
    }
    if trend.usual <= 0.0 {
        return match before {
            1 => "none in the week before".to_owned(),
            weeks => format!("none in the {} weeks before", in_words(weeks)),
        };
    }
    if trend.usual < 0.75 {
        return "usually fewer than one a week".to_owned();
    }
    format!("usually {:.0} a week", trend.usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(movement: Movement, weeks: &[u32], usual: f64) -> Trend {
        Trend {
            label: "x".into(),
            aliases: vec![],
            movement,
            count: weeks.last().copied().unwrap_or(0),
            usual,
            owners: 3,
            weeks: weeks.to_vec(),
            quiet_since: None,
            score: 1.0,
            evidence: vec![],
        }
    }

    fn today() -> NaiveDate {
        "2026-11-20".parse().unwrap()
    }

    #[test]
    fn all_trends_share_one_scale() {
        let all =
            [trend(Movement::Rising, &[1, 0, 2, 1, 3, 2, 2, 3, 14], 1.75), trend(Movement::New, &[0, 0, 0, 7], 0.0)];
        let [big, small] = &views(&all, today())[..] else { panic!() };
        assert_eq!(big.bars.last().unwrap().height, HEIGHT);
        assert_eq!(small.bars.last().unwrap().height, HEIGHT / 2);
        assert_eq!((big.bars.len(), small.bars.len()), (9, 9));
        assert_eq!(small.bars.iter().filter(|bar| bar.known).count(), 4, "what is not known stays blank");
        assert_eq!(small.line, "     ···▄");
        assert!(big.bars.iter().all(|bar| bar.height + bar.above == HEIGHT));
    }

    #[test]
    fn the_words_fit_the_picture() {
        let said = |trend: &Trend| views(std::slice::from_ref(trend), today()).remove(0).words;
        assert_eq!(
            said(&trend(Movement::New, &[0, 0, 0, 0, 0, 0, 0, 0, 5], 0.0)),
            "5 stories from 3 sources; none in the eight weeks before"
        );
        assert_eq!(said(&trend(Movement::Fading, &[9, 9, 1], 9.0)), "1 story from 3 sources; usually 9 a week");
        assert_eq!(said(&trend(Movement::New, &[5], 0.0)), "5 stories from 3 sources");
        let mut back = trend(Movement::Back, &[0, 0, 0, 0, 0, 0, 0, 0, 6], 0.0);
        back.quiet_since = Some("2026-08-24".parse().unwrap());
        assert_eq!(said(&back), "6 stories from 3 sources; quiet since late August");
    }
}
