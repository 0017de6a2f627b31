//! Two editions made by hand: one with everything in it, one of a quiet week.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::model::edition::{
    Also, Change, Correction, Counts, Discussion, Edition, EventCard, EventChange, Meet, Removed, StoryCard, Team,
    TeamPick, TopicName, TopicSection, Window,
};
use crate::model::event::{CallForPapers, Event, EventKind, EventMode, EventStatus, EventTime};
use crate::model::id::{DigestKey, EventId, SourceKey, StoryId, TopicKey};
use crate::model::item::Kind;
use crate::model::source::Role;
use crate::model::trend::{Evidence, Movement, Trend};

/// An edition in which every part has content, some of it hostile.
pub(crate) fn sample_edition() -> Edition {
    Edition {
        headline: "Ferrow 5 makes asynchronous reads the default".into(),
        preheader: "Ferrow 5 makes asynchronous reads the default. Rising: post-quantum TLS.".into(),
        note: Some(
            "Two of this week’s stories are about renewals that failed quietly. Worth ten minutes together.".into(),
        ),
        read: Counts { sources: 213, items: 1904, stories: 611 },
        trends: trends(),
        top: top(),
        topics: vec![
            section(
                "databases",
                "Data and databases",
                &[
                    ("A query planner that learns from its own estimates", "Planner notes", Kind::DeepDive),
                    ("Backups you have restored, and other backups", "The Careful Operator", Kind::Practice),
                ],
            ),
            section(
                "languages",
                "Languages and runtimes",
                &[
                    ("Tessel 2.3 brings structured concurrency", "Tessel project", Kind::Release),
                    ("What a year of gradual typing did to our review times", "Harbour Engineering", Kind::Article),
                    ("Closures & <captures>: a \"short\" tour", "Lambda Weekly", Kind::Tutorial),
                ],
            ),
            section("security", "Security", &[("Passkeys for services, not people", "Keyring Review", Kind::Opinion)]),
        ],
        outside: Some(card("How a city library digitised 40,000 maps with four people", "Open Stacks", Kind::Article)),
        team: Team {
            junior: Some(pick(
                card("A debugger’s tour of a page fault", "Quiet Kernel", Kind::Introduction),
                "Before you open it: what do you think happens between the load instruction and the data?",
            )),
            practice: Some(pick(
                card("Deleting flaky tests on a budget", "The Careful Operator", Kind::Practice),
                "Which of our tests did we last re-run until it passed?",
            )),
            product: Some(pick(
                StoryCard {
                    takes_effect: Some(date("2027-03-01")),
                    ..card("Browsers drop third-party storage on 1 March", "Web Platform Notes", Kind::Deprecation)
                },
                "Which of our sign-in and checkout flows run inside another site?",
            )),
            first_timers: Some(event("Lightning talks for people who never gave one", |it| {
                it.start = at("2026-12-09T19:00:00", Tz::Europe__Berlin);
                it.beginners = Some(true);
            })),
        },
        meet: meet(),
        corrections: vec![Correction {
            edition: "2026-W46".into(),
            text: "The outage at Northmail lasted six hours, not sixteen.".into(),
            date: date("2026-11-18"),
        }],
        removed: vec![Removed {
            title: "Ten clouds you will not believe".into(),
            source: "Cloud Lists".into(),
            url: None,
            reason: "sponsored".into(),
        }],
        ..quiet_edition()
    }
}

/// An edition of a week in which one story was worth a mail.
pub(crate) fn quiet_edition() -> Edition {
    Edition {
        digest: DigestKey::parse("weekly").unwrap(),
        name: "2026-W47".into(),
        number: 47,
        title: "The Ferry Weekly".into(),
        headline: "Passkeys for services, not people".into(),
        preheader: "Passkeys for services, not people".into(),
        note: None,
        window: Window { from: utc("2026-11-13T05:00:00Z"), until: utc("2026-11-20T05:00:00Z") },
        timezone: Tz::Europe__Berlin,
        send_at: utc("2026-11-20T06:00:00Z"),
        read: Counts { sources: 28, items: 1, stories: 1 },
        trends: vec![],
        top: vec![card("Passkeys for services, not people", "Keyring Review", Kind::Opinion)],
        topics: vec![],
        outside: None,
        team: Team::default(),
        meet: Meet::default(),
        corrections: vec![],
        removed: vec![],
    }
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(local: &str, tz: Tz) -> EventTime {
    EventTime { local: local.parse().unwrap(), tz, all_day: false }
}

fn whole(day: &str) -> EventTime {
    EventTime { local: date(day).and_hms_opt(0, 0, 0).unwrap(), tz: Tz::UTC, all_day: true }
}

/// A plain story; its host and address follow from its source.
pub(crate) fn card(headline: &str, source: &str, kind: Kind) -> StoryCard {
    let host = format!("{}.example", source.to_lowercase().replace(' ', "-"));
    let id = StoryId::of(&[headline]);
    StoryCard {
        url: Some(format!("https://{host}/posts/{id}?a=1&b=2")),
        id,
        headline: headline.into(),
        source: source.into(),
        host: Some(host),
        role: Role::Community,
        author: None,
        image: None,
        excerpt: None,
        kind,
        topics: vec![],
        reading_minutes: Some(6),
        paywall: false,
        date: Some(utc("2026-11-18T09:00:00Z")),
        language: None,
        reason: "you follow security".into(),
        sources: 1,
        independent: 1,
        also: vec![],
        discussions: vec![],
        question: None,
        takes_effect: None,
        score: 1.0,
        why: vec![],
        follow_up: None,
    }
}

fn pick(story: StoryCard, prompt: &str) -> TeamPick {
    TeamPick { story, prompt: prompt.into() }
}

fn topic(key: &str, name: &str) -> TopicName {
    TopicName { key: TopicKey::parse(key).unwrap(), name: name.into() }
}

fn section(key: &str, name: &str, lines: &[(&str, &str, Kind)]) -> TopicSection {
    let stories = lines.iter().map(|(headline, source, kind)| card(headline, source, *kind)).collect();
    TopicSection { topic: topic(key, name), stories }
}

fn also(source: &str, role: Role) -> Also {
    let host = source.to_lowercase().replace(' ', "-");
    Also { source: source.into(), title: format!("{source} on it"), url: format!("https://{host}.example/1"), role }
}

fn top() -> Vec<StoryCard> {
    vec![
        StoryCard {
            role: Role::Primary,
            topics: vec![topic("databases", "Data and databases")],
            excerpt: Some(
                "Sequential scans on cold data now overlap reads instead of waiting for each one. The notes list two \
                 settings that behave differently after an upgrade."
                    .into(),
            ),
            reason: "the Ferrow project reports it itself, and six others followed".into(),
            sources: 7,
            independent: 5,
            also: vec![
                also("Planner notes", Role::Community),
                also("Nightly Systems", Role::Press),
                also("Cobalt Data", Role::Vendor),
                also("Storage Letter", Role::Press),
                also("Field Notes", Role::Community),
                also("Release Register", Role::Database),
            ],
            discussions: vec![Discussion {
                source: "Lanterns".into(),
                url: "https://lanterns.example/item?id=4711".into(),
                points: Some(1312),
                comments: Some(418),
            }],
            question: Some("What would upgrading cost us this quarter, and what would it buy?".into()),
            ..card("Ferrow 5 makes asynchronous reads the default", "Ferrow project", Kind::Release)
        },
        StoryCard {
            role: Role::Primary,
            topics: vec![topic("reliability", "Reliability")],
            excerpt: Some(
                "The report follows a rotation job that had been failing quietly for 41 days. Its authors name the \
                 alert they did not have, and no person."
                    .into(),
            ),
            reason: "an incident told by those who had it".into(),
            reading_minutes: Some(11),
            sources: 4,
            independent: 4,
            also: vec![also("Incident Reader", Role::Community), also("Nightly Systems", Role::Press)],
            question: Some("Which of our renewals would nobody notice failing?".into()),
            ..card(
                "How one expired certificate stopped a payments network for six hours",
                "Northmail engineering",
                Kind::Incident,
            )
        },
        StoryCard {
            role: Role::Database,
            topics: vec![topic("security", "Security")],
            excerpt: Some("Affected versions were live for nine hours. The registry lists them.".into()),
            reason: "eleven sources in two days, and a fix is out".into(),
            reading_minutes: None,
            sources: 11,
            independent: 3,
            paywall: true,
            ..card("Build scripts of 42 packages read CI tokens", "Advisory Register", Kind::Advisory)
        },
        StoryCard {
            url: Some("javascript:alert('x')".into()),
            excerpt: Some("\"><script>alert(1)</script>\u{202e} & more".into()),
            reason: "it names <b>what you run</b>".into(),
            ..card("Why <script> tags & \"quotes\" still break newsletters", "Escape Room", Kind::Article)
        },
        StoryCard {
            excerpt: Some(
                "We moved 300 services off a shared cluster, one tenant at a time, and kept notes of each surprise."
                    .into(),
            ),
            reason: "long and first-hand; you follow platforms".into(),
            reading_minutes: Some(24),
            ..card("Leaving the big cluster: what 300 small moves taught us", "Harbour Engineering", Kind::DeepDive)
        },
    ]
}

fn trends() -> Vec<Trend> {
    let evidence = |source: &str| Evidence {
        story: StoryId::of(&[source]),
        title: format!("{source} on where this goes"),
        url: Some(format!("https://{}.example/t?a=1&b=2", source.to_lowercase().replace(' ', "-"))),
        source: source.into(),
    };
    let trend = |label: &str, movement, weeks: [u32; 9], usual, owners| Trend {
        label: label.into(),
        aliases: vec![],
        movement,
        count: weeks[8],
        usual,
        owners,
        weeks: weeks.to_vec(),
        quiet_since: None,
        score: 9.0,
        evidence: vec![evidence("Standards Desk"), evidence("Nightly Systems"), evidence("Keyring Review")],
    };
    vec![
        trend("Post-quantum TLS", Movement::New, [0, 0, 0, 0, 0, 0, 0, 0, 14], 0.0, 9),
        trend("Lockfile attacks", Movement::Rising, [3, 4, 5, 3, 4, 6, 5, 7, 11], 4.6, 7),
        Trend {
            quiet_since: Some(date("2026-10-05")),
            ..trend("WASI 0.3", Movement::Back, [5, 4, 3, 1, 0, 0, 0, 0, 6], 1.6, 4)
        },
        trend("Serverless databases", Movement::Fading, [9, 8, 9, 7, 8, 9, 6, 4, 1], 7.5, 1),
    ]
}

fn event(title: &str, change: impl FnOnce(&mut Event)) -> EventCard {
    let mut event = Event {
        id: EventId::of(&[title]),
        source: SourceKey::parse("rust-harbour").unwrap(),
        uid: None,
        kind: EventKind::Meetup,
        title: title.into(),
        start: at("2026-12-03T18:30:00", Tz::Europe__Berlin),
        end: None,
        status: EventStatus::Confirmed,
        sequence: 0,
        url: Some(format!("https://rust-harbour.example/{}", EventId::of(&[title]))),
        location: Some("Speicher 7, Hamburg".into()),
        city: Some("Hamburg".into()),
        country: Some("DE".into()),
        organizer: Some("Rust Harbour".into()),
        mode: Some(EventMode::InPerson),
        price: None,
        free: Some(true),
        beginners: None,
        cfp: None,
        topics: vec![],
        language: None,
    };
    change(&mut event);
    EventCard { event, source: "Rust Harbour".into() }
}

fn meet() -> Meet {
    let conference = |title: &str| {
        event(title, |it| {
            it.kind = EventKind::Conference;
            it.start = whole("2027-03-04");
            it.end = Some(whole("2027-03-06"));
            (it.location, it.city, it.free, it.organizer) = (None, Some("Lisbon".into()), None, None);
        })
    };
    let mut call = conference("Systems in Practice");
    call.event.cfp =
        Some(CallForPapers { closes: date("2026-12-04"), url: Some("https://practice.example/cfp".into()) });
    Meet {
        changes: vec![
            EventChange {
                id: EventId::of(&["moved"]),
                title: "Reading group: the log is the database".into(),
                url: Some("https://readers.example/7".into()),
                change: Change::Moved,
                was: at("2026-12-07T19:00:00", Tz::Europe__Berlin),
                now: Some(at("2026-12-08T19:00:00", Tz::Europe__Berlin)),
            },
            EventChange {
                id: EventId::of(&["cancelled"]),
                title: "Hack night".into(),
                url: None,
                change: Change::Cancelled,
                was: at("2026-11-25T18:00:00", Tz::Europe__Berlin),
                now: None,
            },
        ],
        near: vec![
            event("Borrowing across awaits", |it| it.end = Some(at("2026-12-03T21:00:00", Tz::Europe__Berlin))),
            event("Postmortems over coffee", |it| {
                it.start = at("2026-12-01T08:30:00", Tz::Europe__Berlin);
                (it.free, it.price) = (Some(false), Some("8 €".into()));
            }),
        ],
        online: vec![event("Office hours of the Tessel runtime team", |it| {
            it.start = at("2026-12-03T17:00:00", Tz::America__Los_Angeles);
            (it.location, it.city, it.mode) = (None, None, Some(EventMode::Online));
            it.organizer = Some("Tessel project".into());
        })],
        conferences: vec![conference("Tideline Conf 2027")],
        calls: vec![call],
    }
}
