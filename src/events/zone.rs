//! Which zone a calendar means by a name, and when a wall clock there shows a time.
//!
//! Of the names in real calendars more than half are not in the IANA list. In this order: an IANA name, an IANA name
//! at the end of a path, the calendar's own `VTIMEZONE` rules, a Windows name, `X-WR-TIMEZONE`, the source's setting.

mod windows;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;

use self::windows::windows;
use super::rule::{Budget, moments};
use crate::model::event::EventTime;
use crate::parse::ical::{Calendar, Observance, RawTime, RawZone, ZoneDefinition};

/// A zone of the IANA list, or one that only the calendar itself describes.
#[derive(Debug, Clone)]
pub enum Zone {
    Known(Tz),
    Defined(Rc<Clock>),
}

/// The clock changes of a `VTIMEZONE`, written out once.
#[derive(Debug)]
pub struct Clock {
    /// Wall-clock onsets with the seconds east of UTC from then on, in order.
    changes: Vec<(NaiveDateTime, i32)>,
    before: i32,
}

/// A wall-clock moment in a zone, or a whole day.
#[derive(Debug, Clone)]
pub struct Moment {
    pub local: NaiveDateTime,
    pub zone: Zone,
    pub all_day: bool,
}

/// What could not be placed, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    #[error("the time zone `{0}` is unknown: set the source's `timezone`")]
    Unknown(String),
    #[error("a time names no zone: set the source's `timezone`")]
    Missing,
}

impl Zone {
    /// The instant at which the wall clock shows `local`; in a gap by the offset before it, in a fold the first.
    #[must_use]
    pub fn instant(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match self {
            Self::Known(tz) => EventTime { local, tz: *tz, all_day: false }.instant(),
            Self::Defined(clock) => (local - Duration::seconds(i64::from(clock.offset(local)))).and_utc(),
        }
    }
}

impl Moment {
    #[must_use]
    pub fn instant(&self) -> DateTime<Utc> {
        self.zone.instant(self.local)
    }

    /// As an event keeps it. Only IANA zones can be kept, so a zone that the calendar defines becomes UTC.
    #[must_use]
    pub fn event_time(&self) -> EventTime {
        match self.zone {
            Zone::Known(tz) => EventTime { local: self.local, tz, all_day: self.all_day },
            Zone::Defined(_) => EventTime { local: self.instant().naive_utc(), tz: Tz::UTC, all_day: false },
        }
    }

    /// The same zone and kind at another wall-clock time.
    #[must_use]
    pub fn at(&self, local: NaiveDateTime) -> Self {
        Self { local, zone: self.zone.clone(), all_day: self.all_day }
    }
}

/// The zones of one calendar.
#[derive(Debug)]
pub struct Zones {
    calendar: Option<Tz>,
    source: Option<Tz>,
    defined: BTreeMap<String, Zone>,
}

impl Zones {
    /// `source` is what the catalogue says for times without a zone; `year` is one in which the events lie.
    #[must_use]
    pub fn new(calendar: &Calendar, source: Option<Tz>, year: i32) -> Self {
        let zone_of = |definition: &ZoneDefinition| {
            let clock = Clock::of(&definition.observances, year);
            recognise(definition, &clock, year).map_or_else(|| Zone::Defined(Rc::new(clock)), Zone::Known)
        };
        Self {
            calendar: calendar.zone.as_deref().and_then(|name| iana(name).or_else(|| windows(name))),
            source,
            defined: calendar
                .zones
                .iter()
                .filter(|definition| !definition.observances.is_empty() && iana(&definition.name).is_none())
                .map(|definition| (definition.name.clone(), zone_of(definition)))
                .collect(),
        }
    }

    /// Places a time. A time in UTC moves to the zone that the calendar is kept in: its series recur on that clock.
    pub fn place(&self, time: &RawTime) -> Result<Moment, ZoneError> {
        let default = self.calendar.or(self.source);
        let Some(clock) = time.time else {
            let zone = Zone::Known(default.unwrap_or(Tz::UTC));
            return Ok(Moment { local: time.date.and_time(NaiveTime::MIN), zone, all_day: true });
        };
        let local = time.date.and_time(clock);
        let zone = match &time.zone {
            RawZone::Offset(offset) => {
                let utc = local - Duration::seconds(i64::from(*offset));
                let tz = self.calendar.unwrap_or(Tz::UTC);
                let local = tz.from_utc_datetime(&utc).naive_local();
                return Ok(Moment { local, zone: Zone::Known(tz), all_day: false });
            }
            RawZone::Named(name) => self.named(name).or(default.map(Zone::Known)),
            RawZone::Floating => default.map(Zone::Known),
        };
        let zone = zone.ok_or_else(|| match &time.zone {
            RawZone::Named(name) => ZoneError::Unknown(name.clone()),
            _ => ZoneError::Missing,
        })?;
        Ok(Moment { local, zone, all_day: false })
    }

    /// As [`Zones::place`], but a time without a zone hangs where `other` does.
    pub fn place_beside(&self, time: &RawTime, other: &Moment) -> Result<Moment, ZoneError> {
        match (time.time, &time.zone) {
            (Some(clock), RawZone::Floating) => {
                Ok(Moment { local: time.date.and_time(clock), zone: other.zone.clone(), all_day: false })
            }
            _ => self.place(time),
        }
    }

    fn named(&self, name: &str) -> Option<Zone> {
        iana(name)
            .map(Zone::Known)
            .or_else(|| self.defined.get(name).cloned())
            .or_else(|| windows(name).or_else(|| fixed(name)).map(Zone::Known))
    }
}

/// An IANA name in any case, alone or at the end of a path.
fn iana(name: &str) -> Option<Tz> {
    static NAMES: LazyLock<BTreeMap<String, Tz>> =
        LazyLock::new(|| chrono_tz::TZ_VARIANTS.iter().map(|tz| (tz.name().to_ascii_lowercase(), *tz)).collect());
    let name = name.trim().to_ascii_lowercase();
    let mut rest = name.as_str();
    loop {
        if let Some(tz) = NAMES.get(rest) {
            return Some(*tz);
        }
        rest = rest.split_once('/')?.1;
    }
}

/// `UTC+2`, `GMT-0500`, `(UTC+01:00) Paris`: whole hours alone, the rest has no name in the IANA list.
fn fixed(name: &str) -> Option<Tz> {
    let name = name.trim_start_matches('(').to_ascii_uppercase();
    let rest = name.strip_prefix("UTC").or_else(|| name.strip_prefix("GMT"))?.trim_start();
    let (sign, digits) = match rest.strip_prefix('+') {
        Some(digits) => ('-', digits),
        None => ('+', rest.strip_prefix('-')?),
    };
    let hours: String = digits.chars().take_while(char::is_ascii_digit).take(2).collect();
    let minutes: String = digits.chars().skip(hours.len()).filter(char::is_ascii_digit).take(2).collect();
    // Etc/GMT counts westwards.
    (minutes.is_empty() || minutes == "00").then(|| iana(&format!("Etc/GMT{sign}{}", hours.parse::<u8>().ok()?)))?
}

impl Clock {
    /// The changes of the 70 years before `year` and the 15 after it, and all that are listed by date.
    fn of(observances: &[Observance], year: i32) -> Self {
        let bound = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default().and_time(NaiveTime::MIN);
        let (low, high) = (bound(year - 70), bound(year + 15));
        let mut changes = Vec::new();
        let mut budget = Budget::default();
        for observance in observances {
            let mut onsets = observance.dates.clone();
            onsets.push(observance.onset);
            for rule in &observance.rules {
                // UNTIL is in UTC and the onsets are not: a day is room enough between two changes.
                let until = rule.until.as_ref().map(|until| until.date.and_time(NaiveTime::MIN) + Duration::days(2));
                let found = moments(&rule.recur, observance.onset, low, high, &mut budget).unwrap_or_default();
                onsets.extend(found.into_iter().filter(|onset| until.is_none_or(|until| *onset < until)));
            }
            changes.extend(onsets.into_iter().map(|onset| (onset, observance.to)));
        }
        changes.sort_unstable();
        let first = observances.iter().min_by_key(|observance| observance.onset);
        Self { changes, before: first.map_or(0, |observance| observance.from) }
    }

    /// Of the latest change up to `local`, in seconds.
    fn offset(&self, local: NaiveDateTime) -> i32 {
        let passed = self.changes.partition_point(|(onset, _)| *onset <= local);
        let latest = passed.checked_sub(1).and_then(|latest| self.changes.get(latest));
        latest.map_or(self.before, |(_, offset)| *offset)
    }
}

/// The IANA zone whose clocks agree with a `VTIMEZONE` throughout two years, the likeliest by its name first.
fn recognise(definition: &ZoneDefinition, clock: &Clock, year: i32) -> Option<Tz> {
    let probes: Vec<NaiveDateTime> = (year..=year + 1)
        .flat_map(|year| (1..=12).flat_map(move |month| [3, 28].map(|day| (year, month, day))))
        .filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(12, 0, 0))
        .collect();
    let wanted: Vec<i32> = probes.iter().map(|probe| clock.offset(*probe)).collect();
    let agrees = |tz: &Tz| {
        probes.iter().zip(&wanted).all(|(probe, wanted)| {
            tz.offset_from_local_datetime(probe).earliest().is_some_and(|o| o.fix().local_minus_utc() == *wanted)
        })
    };
    let inside = |name: &str| iana(name.trim_start_matches(|c: char| !c.is_ascii_uppercase()));
    let likely = [
        definition.location.as_deref().and_then(iana),
        windows(&definition.name),
        inside(&definition.name),
        fixed(&definition.name),
    ];
    likely.into_iter().flatten().chain(USUAL.iter().copied()).find(agrees)
}

/// One zone for each set of rules that calendars are usually kept in.
const USUAL: [Tz; 24] = [
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::Europe__London,
    Tz::Europe__Helsinki,
    Tz::Europe__Istanbul,
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Los_Angeles,
    Tz::America__Phoenix,
    Tz::America__Anchorage,
    Tz::America__Sao_Paulo,
    Tz::America__Bogota,
    Tz::Africa__Lagos,
    Tz::Africa__Johannesburg,
    Tz::Africa__Nairobi,
    Tz::Asia__Dubai,
    Tz::Asia__Kolkata,
    Tz::Asia__Singapore,
    Tz::Asia__Tokyo,
    Tz::Australia__Sydney,
    Tz::Australia__Brisbane,
    Tz::Australia__Adelaide,
    Tz::Pacific__Auckland,
];

/// A year in which a window's events lie, for [`Zones::new`].
#[must_use]
pub fn year_of(from: DateTime<Utc>) -> i32 {
    from.year().clamp(1971, 9000)
}

#[cfg(test)]
mod tests;
