//! "For your team": a piece to read with a junior, a practice to try, a date that product should know.

use chrono::NaiveDate;

use super::Material;
use super::question::turn;
use crate::model::item::{Item, Items, Kind};
use crate::model::source::Level;
use crate::model::story::Ranked;

/// A low score will do: here a piece is wanted for what it is, not for how many speak of it.
const FLOOR: f64 = 0.2;

/// The best introductory piece of stories that come best first.
pub(crate) fn junior<'r>(stories: &[&'r Ranked], items: &Items<'_>) -> Option<&'r Ranked> {
    first(stories, items, |item| item.kind == Kind::Introduction || item.level == Level::Introductory)
}

/// The best piece on how to work.
pub(crate) fn practice<'r>(stories: &[&'r Ranked], items: &Items<'_>) -> Option<&'r Ranked> {
    first(stories, items, |item| item.kind == Kind::Practice)
}

/// What ends: the nearest day to come before one without a day, and the better story of two.
pub(crate) fn product<'r>(stories: &[&'r Ranked], items: &Items<'_>, material: &Material<'_>) -> Option<&'r Ranked> {
    let today = today(material);
    stories
        .iter()
        .enumerate()
        .filter_map(|(place, story)| {
            let lead = items.lead(&story.story)?;
            let past = lead.takes_effect.is_some_and(|day| day < today);
            (lead.kind == Kind::Deprecation && !past && story.score >= FLOOR)
                .then(|| (lead.takes_effect.is_none(), lead.takes_effect, place, *story))
        })
        .min_by_key(|(undated, day, place, _)| (*undated, *day, *place))
        .map(|(_, _, _, story)| story)
}

/// Whether the source names the day.
pub(crate) fn dated(story: &Ranked, items: &Items<'_>) -> bool {
    items.lead(&story.story).is_some_and(|lead| lead.takes_effect.is_some())
}

fn first<'r>(stories: &[&'r Ranked], items: &Items<'_>, fits: impl Fn(&Item) -> bool) -> Option<&'r Ranked> {
    stories
        .iter()
        .copied()
        .filter(|story| story.score >= FLOOR)
        .find(|story| items.lead(&story.story).is_some_and(&fits))
}

/// What to think about before opening an introductory piece, in edition `number`.
pub(crate) fn junior_prompt(number: u32) -> String {
    const PROMPTS: [&str; 5] = [
        "Before you open it, say in two sentences how you think it works; compare afterwards.",
        "Before you open it, draw it on paper from memory. What did the drawing get wrong?",
        "Before you open it, name one thing you use every day that depends on it.",
        "Before you open it, guess what goes wrong with it most often, and why.",
        "Before you open it, write down the one question it must answer for you.",
    ];
    turn(&PROMPTS, number).to_owned()
}

/// How to take a practice to the team, in edition `number`.
pub(crate) fn practice_prompt(number: u32) -> String {
    const PROMPTS: [&str; 5] = [
        "What would we have to stop doing to make room for this?",
        "Could one of us try this for two weeks and tell the others what happened?",
        "Which part of this do we do already, under another name?",
        "What would tell us after a month that it was worth it?",
        "Who here has seen this fail somewhere, and what was different there?",
    ];
    turn(&PROMPTS, number).to_owned()
}

/// What ends when, and whom to ask.
pub(crate) fn product_prompt(takes_effect: Option<NaiveDate>, material: &Material<'_>) -> String {
    const QUESTIONS: [&str; 5] = [
        "Which customers would notice first?",
        "Which promise of ours rests on it?",
        "Who writes to those it affects, and when?",
        "Which page or contract of ours names it?",
        "What would we offer instead, and who decides that?",
    ];
    let question = turn(&QUESTIONS, material.number);
    match takes_effect {
        Some(day) => {
            let date = day.format("%-d %B %Y");
            let when = match (day - today(material)).num_days() {
                ..0 => format!("In effect since {date}."),
                0 => format!("Takes effect today, {date}."),
                1 => format!("Takes effect tomorrow, {date}."),
                days @ 2..=20 => format!("Takes effect on {date}, in {days} days."),
                days => format!("Takes effect on {date}, in {} weeks.", days / 7),
            };
            format!("{when} {question}")
        }
        None => format!("By when? {question}"),
    }
}

/// The day on which the edition is read.
fn today(material: &Material<'_>) -> NaiveDate {
    material.send_at.with_timezone(&material.digest.timezone).date_naive()
}
