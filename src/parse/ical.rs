//! iCalendar (RFC 5545): the text of a calendar as the properties we use, still unexpanded and in the zones it names.
//!
//! `calcard` splits lines and values; everything that has to do with time is ours.

use std::borrow::Cow;
use std::sync::LazyLock;

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarDuration, ICalendarEntry, ICalendarMethod,
    ICalendarParameterName, ICalendarParameterValue, ICalendarPeriod, ICalendarProperty, ICalendarRecurrenceRule,
    ICalendarStatus, ICalendarValue, Uri,
};
use calcard::{Entry, Parser};
use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use regex::Regex;

use crate::model::event::EventStatus;

/// One `VCALENDAR`; a file may hold several.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// `NAME` (RFC 7986 §5.1), or `X-WR-CALNAME`.
    pub name: Option<String>,
    /// `X-WR-TIMEZONE`: the zone the calendar is kept in.
    pub zone: Option<String>,
    /// `METHOD:CANCEL`: every event in it is called off.
    pub cancels: bool,
    pub zones: Vec<ZoneDefinition>,
    pub events: Vec<RawEvent>,
}

/// A `VTIMEZONE`.
#[derive(Debug, Clone, Default)]
pub struct ZoneDefinition {
    pub name: String,
    /// `X-LIC-LOCATION`: the IANA name beside a name of the program's own.
    pub location: Option<String>,
    pub observances: Vec<Observance>,
}

/// A `STANDARD` or `DAYLIGHT` of a `VTIMEZONE`: from its onsets on, clocks stand `to` seconds east of UTC.
#[derive(Debug, Clone)]
pub struct Observance {
    /// On the wall clock before the change.
    pub onset: NaiveDateTime,
    pub from: i32,
    pub to: i32,
    pub rules: Vec<Rule>,
    pub dates: Vec<NaiveDateTime>,
}

/// A `VEVENT`: a single event, the master of a series, or (with `recurrence_id`) one instance of it that differs.
#[derive(Debug, Clone, Default)]
pub struct RawEvent {
    pub uid: Option<String>,
    pub summary: Option<String>,
    pub description: Option<String>,
    pub location: Option<String>,
    pub url: Option<String>,
    /// RFC 7986's `CONFERENCE`: where to take part from afar.
    pub conference: Option<String>,
    /// The organiser's `CN`.
    pub organizer: Option<String>,
    pub status: Option<EventStatus>,
    pub sequence: Option<i64>,
    /// As wall-clock digits, for comparing alone.
    pub last_modified: Option<NaiveDateTime>,
    pub stamp: Option<NaiveDateTime>,
    pub start: Option<RawTime>,
    pub end: Option<RawTime>,
    pub duration: Option<Duration>,
    pub rules: Vec<Rule>,
    /// It has a rule that could not be read.
    pub unread_rules: bool,
    pub dates: Vec<ExtraDate>,
    pub exceptions: Vec<RawTime>,
    pub recurrence_id: Option<RawTime>,
    /// `RANGE=THISANDFUTURE`: the override holds for the later instances too.
    pub and_future: bool,
}

/// A date or a time, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawTime {
    pub date: NaiveDate,
    /// `None`: a whole day.
    pub time: Option<NaiveTime>,
    pub zone: RawZone,
}

/// The zone that a time names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawZone {
    /// Seconds east of UTC; `Z` is 0.
    Offset(i32),
    /// A `TZID`.
    Named(String),
    /// None: the wall clock wherever one is.
    Floating,
}

/// An `RDATE`; a period brings its own length.
#[derive(Debug, Clone)]
pub struct ExtraDate {
    pub start: RawTime,
    pub length: Option<Duration>,
}

/// An `RRULE`; its `UNTIL` is kept apart because the zone decides what it means.
#[derive(Debug, Clone)]
pub struct Rule {
    pub recur: Box<ICalendarRecurrenceRule>,
    pub until: Option<RawTime>,
}

/// Reads the calendars in a file, whatever their encoding and line ends.
///
/// Returns `None` when there is no calendar in it at all. Properties that cannot be read are left out: a caller sees
/// them missing.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Vec<Calendar>> {
    let text = decode(bytes);
    let text = repair(&text);
    let mut parser = Parser::new(&text);
    let mut calendars = Vec::new();
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => calendars.push(calendar_of(&calendar)),
            Entry::Eof => break,
            _ => {}
        }
    }
    (!calendars.is_empty()).then_some(calendars)
}

/// UTF-8, a byte order mark's encoding, or Windows-1252, which Latin-1 calendars mean.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    // Folding counts octets, so a fold may stand inside a character: only the unfolded bytes tell the encoding.
    match String::from_utf8(unfold(bytes)) {
        Ok(text) => Cow::Owned(text),
        Err(not_utf8) => Cow::Owned(encoding_rs::WINDOWS_1252.decode(not_utf8.as_bytes()).0.into_owned()),
    }
}

fn unfold(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().peekable();
    while let Some(&byte) = rest.next() {
        if byte == b'\n' && matches!(rest.peek(), Some(b' ' | b'\t')) {
            rest.next();
            if out.last() == Some(&b'\r') {
                out.pop();
            }
        } else {
            out.push(byte);
        }
    }
    out
}

/// What generators write that the parser would read as something else.
fn repair(text: &str) -> Cow<'_, str> {
    #[allow(clippy::expect_used, reason = "a constant pattern, compiled by every test that reads a calendar")]
    static BLANK_BEFORE_FOLD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?:\r?\n)+(\r?\n[ \t])").expect("the pattern is constant"));
    #[allow(clippy::expect_used, reason = "a constant pattern, compiled by every test that reads a calendar")]
    static NEGATIVE_COUNT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)\bCOUNT=-\d+;?").expect("the pattern is constant"));
    // Old Macintosh line ends; with any LF in the text a CR belongs to it.
    let text = if text.contains('\r') && !text.contains('\n') {
        Cow::Owned(text.replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let text = match BLANK_BEFORE_FOLD.replace_all(&text, "$1") {
        Cow::Borrowed(_) => text,
        Cow::Owned(joined) => Cow::Owned(joined),
    };
    // "COUNT=-1" means "for ever" to those who write it; the parser drops the sign.
    if NEGATIVE_COUNT.is_match(&text) {
        return Cow::Owned(NEGATIVE_COUNT.replace_all(&text, "").into_owned());
    }
    text
}

fn calendar_of(ical: &ICalendar) -> Calendar {
    let mut calendar = Calendar::default();
    for component in &ical.components {
        match component.component_type {
            ICalendarComponentType::VCalendar => {
                let name = text(component, &ICalendarProperty::Name);
                calendar.name = calendar.name.or(name).or_else(|| extension(component, "X-WR-CALNAME"));
                calendar.zone = calendar.zone.or_else(|| extension(component, "X-WR-TIMEZONE"));
                calendar.cancels |= component.property(&ICalendarProperty::Method).is_some_and(|method| {
                    matches!(method.values.first(), Some(ICalendarValue::Method(ICalendarMethod::Cancel)))
                });
            }
            ICalendarComponentType::VTimezone => calendar.zones.extend(zone_of(ical, component)),
            ICalendarComponentType::VEvent => calendar.events.push(event_of(component)),
            _ => {}
        }
    }
    calendar
}

fn zone_of(ical: &ICalendar, component: &ICalendarComponent) -> Option<ZoneDefinition> {
    let observances = component.component_ids.iter().filter_map(|id| {
        let part = ical.component_by_id(*id)?;
        matches!(part.component_type, ICalendarComponentType::Standard | ICalendarComponentType::Daylight)
            .then(|| observance_of(part))?
    });
    Some(ZoneDefinition {
        name: text(component, &ICalendarProperty::Tzid)?,
        location: extension(component, "X-LIC-LOCATION"),
        observances: observances.collect(),
    })
}

fn observance_of(part: &ICalendarComponent) -> Option<Observance> {
    let offset = |name| match part.property(&name)?.values.first()? {
        ICalendarValue::PartialDateTime(offset) => offset_of(offset),
        _ => None,
    };
    let to = offset(ICalendarProperty::Tzoffsetto)?;
    Some(Observance {
        onset: clock(&time(part, &ICalendarProperty::Dtstart)?),
        from: offset(ICalendarProperty::Tzoffsetfrom).unwrap_or(to),
        to,
        rules: rules_of(part),
        dates: extra_dates(part).iter().map(|date| clock(&date.start)).collect(),
    })
}

fn clock(time: &RawTime) -> NaiveDateTime {
    time.date.and_time(time.time.unwrap_or_default())
}

fn event_of(component: &ICalendarComponent) -> RawEvent {
    let recurrence = component.property(&ICalendarProperty::RecurrenceId);
    RawEvent {
        uid: text(component, &ICalendarProperty::Uid).filter(|uid| !uid.trim().is_empty()),
        summary: text(component, &ICalendarProperty::Summary),
        description: text(component, &ICalendarProperty::Description),
        location: text(component, &ICalendarProperty::Location),
        url: text(component, &ICalendarProperty::Url),
        conference: text(component, &ICalendarProperty::Conference),
        organizer: component.property(&ICalendarProperty::Organizer).and_then(|organizer| {
            organizer.params.iter().find_map(|param| match (&param.name, &param.value) {
                (ICalendarParameterName::Cn, ICalendarParameterValue::Text(name)) => Some(name.clone()),
                _ => None,
            })
        }),
        status: component.status().and_then(|status| match status {
            ICalendarStatus::Tentative => Some(EventStatus::Tentative),
            ICalendarStatus::Confirmed => Some(EventStatus::Confirmed),
            ICalendarStatus::Cancelled => Some(EventStatus::Cancelled),
            _ => None,
        }),
        sequence: component.property(&ICalendarProperty::Sequence).and_then(|entry| match entry.values.first() {
            Some(ICalendarValue::Integer(sequence)) => Some(*sequence),
            _ => None,
        }),
        last_modified: time(component, &ICalendarProperty::LastModified).as_ref().map(clock),
        stamp: time(component, &ICalendarProperty::Dtstamp).as_ref().map(clock),
        start: time(component, &ICalendarProperty::Dtstart),
        end: time(component, &ICalendarProperty::Dtend),
        duration: component.property(&ICalendarProperty::Duration).and_then(|entry| match entry.values.first() {
            Some(ICalendarValue::Duration(duration)) => length_of(duration),
            _ => None,
        }),
        rules: rules_of(component),
        unread_rules: component.properties(&ICalendarProperty::Rrule).any(|entry| {
            entry.values.iter().any(|value| matches!(value, ICalendarValue::Text(rule) if !rule.is_empty()))
        }),
        dates: extra_dates(component),
        exceptions: component.properties(&ICalendarProperty::Exdate).flat_map(times_of).collect(),
        recurrence_id: recurrence.and_then(|entry| times_of(entry).into_iter().next()),
        and_future: recurrence.is_some_and(|entry| {
            let this_and_future = (ICalendarParameterName::Range, ICalendarParameterValue::Bool(true));
            entry.params.iter().any(|p| p.name == this_and_future.0 && p.value == this_and_future.1)
        }),
    }
}

fn text(component: &ICalendarComponent, name: &ICalendarProperty) -> Option<String> {
    text_of(component.property(name)?)
}

fn extension(component: &ICalendarComponent, name: &str) -> Option<String> {
    let is_it = |property: &_| matches!(property, ICalendarProperty::Other(other) if other.eq_ignore_ascii_case(name));
    text_of(component.entries.iter().find(|entry| is_it(&entry.name))?)
}

fn text_of(entry: &ICalendarEntry) -> Option<String> {
    match entry.values.first()? {
        ICalendarValue::Text(text) | ICalendarValue::Uri(Uri::Location(text)) => Some(text.clone()),
        _ => None,
    }
}

fn rules_of(component: &ICalendarComponent) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for entry in component.properties(&ICalendarProperty::Rrule) {
        for value in &entry.values {
            if let ICalendarValue::RecurrenceRule(recur) = value
                && rules.iter().all(|known| known.recur != *recur)
            {
                let until = recur.until.as_ref().and_then(|until| raw_time(until, None));
                rules.push(Rule { recur: recur.clone(), until });
            }
        }
    }
    rules
}

fn extra_dates(component: &ICalendarComponent) -> Vec<ExtraDate> {
    let mut dates = Vec::new();
    for entry in component.properties(&ICalendarProperty::Rdate) {
        let zone = zone_name(entry);
        for value in &entry.values {
            let (start, length) = match value {
                ICalendarValue::PartialDateTime(start) => (start.as_ref(), None),
                ICalendarValue::Period(ICalendarPeriod::Duration { start, duration }) => (start, length_of(duration)),
                ICalendarValue::Period(ICalendarPeriod::Range { start, end }) => {
                    let ends = raw_time(end, zone);
                    (start, raw_time(start, zone).zip(ends).map(|(start, end)| clock(&end) - clock(&start)))
                }
                _ => continue,
            };
            if let Some(start) = raw_time(start, zone) {
                dates.push(ExtraDate { start, length });
            }
        }
    }
    dates
}

fn time(component: &ICalendarComponent, name: &ICalendarProperty) -> Option<RawTime> {
    times_of(component.property(name)?).into_iter().next()
}

fn times_of(entry: &ICalendarEntry) -> Vec<RawTime> {
    let zone = zone_name(entry);
    let read = |value: &ICalendarValue| match value {
        ICalendarValue::PartialDateTime(time) => raw_time(time, zone),
        _ => None,
    };
    entry.values.iter().filter_map(read).collect()
}

fn zone_name(entry: &ICalendarEntry) -> Option<&str> {
    entry.params.iter().find_map(|param| match (&param.name, &param.value) {
        (ICalendarParameterName::Tzid, ICalendarParameterValue::Text(name)) => Some(name.as_str()),
        _ => None,
    })
}

fn raw_time(time: &PartialDateTime, zone: Option<&str>) -> Option<RawTime> {
    let date = NaiveDate::from_ymd_opt(i32::from(time.year?), u32::from(time.month?), u32::from(time.day?))?;
    let Some(hour) = time.hour else {
        return Some(RawTime { date, time: None, zone: RawZone::Floating });
    };
    // A leap second is written 60; no zone rule knows one.
    let second = u32::from(time.second.unwrap_or(0)).min(59);
    let clock = NaiveTime::from_hms_opt(u32::from(hour), u32::from(time.minute.unwrap_or(0)), second)?;
    let zone = match (offset_of(time), zone) {
        (Some(offset), _) => RawZone::Offset(offset),
        (None, Some(name)) => RawZone::Named(name.trim().trim_matches('"').to_owned()),
        (None, None) => RawZone::Floating,
    };
    Some(RawTime { date, time: Some(clock), zone })
}

/// Seconds east of UTC.
fn offset_of(time: &PartialDateTime) -> Option<i32> {
    let seconds = i32::from(time.tz_hour?) * 3600 + i32::from(time.tz_minute.unwrap_or(0)) * 60;
    (seconds <= 18 * 3600).then_some(if time.tz_minus { -seconds } else { seconds })
}

/// A year of seconds at most, so that no sum of a date and a length can overflow.
fn length_of(duration: &ICalendarDuration) -> Option<Duration> {
    let days = u64::from(duration.weeks) * 7 + u64::from(duration.days);
    let seconds = days * 86_400
        + u64::from(duration.hours) * 3600
        + u64::from(duration.minutes) * 60
        + u64::from(duration.seconds);
    let seconds = i64::try_from(seconds).ok().filter(|seconds| *seconds <= 366 * 86_400)?;
    Some(Duration::seconds(if duration.neg { -seconds } else { seconds }))
}

#[cfg(test)]
mod tests;
