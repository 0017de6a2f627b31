//! A recurrence rule (RFC 5545 §3.3.10) written out on the wall clock, over the `rrule` crate.

use calcard::common::CalendarScale;
use calcard::icalendar::{ICalendarFrequency, ICalendarRecurrenceRule, ICalendarWeekday};
use chrono::{Datelike as _, Duration, Month, Months, NaiveDateTime, Weekday};
use rrule::{Frequency, NWeekday, RRule, RRuleError, RRuleSet, Tz, Unvalidated};

/// How much work one calendar may ask for: a rule that repeats every second since 1970 must not hold up a run.
#[derive(Debug)]
pub struct Budget {
    steps: u32,
    barren: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 1_000_000, barren: 20 }
    }
}

/// One rule may take this many of a calendar's steps.
const STEPS_OF_ONE: u32 = 100_000;

/// Why a rule was not written out.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("the rule contradicts itself: {0}")]
    Invalid(#[from] RRuleError),
    #[error("the rule counts in another calendar than the Gregorian: only the first date is shown")]
    OtherCalendar,
    #[error("the rule has too many instances to be counted through")]
    TooMany,
    #[error("the calendar's rules ask for too much work")]
    Exhausted,
}

/// The wall-clock moments of `rule` from `low` to `high`, both inclusive, in order; those before `start` are none.
///
/// `UNTIL` is left to the caller, who knows the zone that it stands in. `start` itself is there only if it matches.
pub fn moments(
    rule: &ICalendarRecurrenceRule,
    start: NaiveDateTime,
    low: NaiveDateTime,
    high: NaiveDateTime,
    budget: &mut Budget,
) -> Result<Vec<NaiveDateTime>, RuleError> {
    if rule.rscale.as_ref().is_some_and(|scale| *scale != CalendarScale::Gregorian) {
        return Err(RuleError::OtherCalendar);
    }
    if start > high {
        return Ok(Vec::new());
    }
    if budget.steps == 0 || budget.barren == 0 {
        return Err(RuleError::Exhausted);
    }
    // The wall clock is dressed up as UTC: the crate's own zones would move instances across clock changes.
    let start = skip_ahead(rule, start, low).and_utc().with_timezone(&Tz::UTC);
    let rule = translate(rule).validate(start)?;
    let counted = rule.get_count().is_some();
    let mut found = Vec::new();
    let mut steps = budget.steps.min(STEPS_OF_ONE);
    let mut instances = RRuleSet::new(start).rrule(rule).limit().into_iter();
    loop {
        if steps == 0 {
            budget.steps = budget.steps.saturating_sub(STEPS_OF_ONE);
            return Err(RuleError::TooMany);
        }
        steps -= 1;
        budget.steps = budget.steps.saturating_sub(1);
        match instances.next().map(|instance| instance.naive_utc()) {
            Some(instance) if instance > high => break,
            Some(instance) if instance >= low => found.push(instance),
            Some(_) => {}
            None => {
                // A rule that ends by itself without a COUNT never matches again, and finding that out was dear.
                if !counted {
                    budget.barren -= 1;
                }
                break;
            }
        }
    }
    Ok(found)
}

/// A start nearer to `low` from which an uncounted rule yields the same moments: whole intervals later.
fn skip_ahead(rule: &ICalendarRecurrenceRule, start: NaiveDateTime, low: NaiveDateTime) -> NaiveDateTime {
    let unit = match rule.freq {
        _ if rule.count.is_some() => return start,
        ICalendarFrequency::Yearly => return months_ahead(12, rule, start, low),
        ICalendarFrequency::Monthly => return months_ahead(1, rule, start, low),
        ICalendarFrequency::Weekly => Duration::weeks(1),
        ICalendarFrequency::Daily => Duration::days(1),
        ICalendarFrequency::Hourly => Duration::hours(1),
        ICalendarFrequency::Minutely => Duration::minutes(1),
        ICalendarFrequency::Secondly => Duration::seconds(1),
    };
    let step = unit.num_seconds() * i64::from(rule.interval.unwrap_or(1).max(1));
    // One week more, so that the week that `low` lies in is begun.
    let ahead = (low - start).num_seconds() - 7 * 86_400;
    if ahead < step {
        return start;
    }
    start.checked_add_signed(Duration::seconds(ahead / step * step)).unwrap_or(start)
}

/// Months and years differ in length: only a day that every month has stays the same day.
fn months_ahead(unit: i64, rule: &ICalendarRecurrenceRule, start: NaiveDateTime, low: NaiveDateTime) -> NaiveDateTime {
    let step = unit * i64::from(rule.interval.unwrap_or(1).max(1));
    let months = |time: NaiveDateTime| i64::from(time.year()) * 12 + i64::from(time.month0());
    // A year less, so that the year that `low` lies in is begun.
    let ahead = months(low) - months(start) - 12;
    if ahead < step || start.day() > 28 {
        return start;
    }
    let ahead = u32::try_from(ahead / step * step).ok();
    ahead.and_then(|ahead| start.checked_add_months(Months::new(ahead))).unwrap_or(start)
}

fn translate(rule: &ICalendarRecurrenceRule) -> RRule<Unvalidated> {
    let months: Vec<Month> = rule.bymonth.iter().filter_map(|month| Month::try_from(month.month()).ok()).collect();
    let mut out = RRule::new(match rule.freq {
        ICalendarFrequency::Yearly => Frequency::Yearly,
        ICalendarFrequency::Monthly => Frequency::Monthly,
        ICalendarFrequency::Weekly => Frequency::Weekly,
        ICalendarFrequency::Daily => Frequency::Daily,
        ICalendarFrequency::Hourly => Frequency::Hourly,
        ICalendarFrequency::Minutely => Frequency::Minutely,
        ICalendarFrequency::Secondly => Frequency::Secondly,
    })
    .interval(rule.interval.unwrap_or(1).max(1))
    .week_start(weekday(rule.wkst.unwrap_or(ICalendarWeekday::Monday)))
    .by_set_pos(rule.bysetpos.clone())
    .by_month(&months)
    .by_month_day(rule.bymonthday.clone())
    .by_year_day(rule.byyearday.clone())
    .by_week_no(rule.byweekno.clone())
    .by_weekday(rule.byday.iter().map(|day| NWeekday::new(day.ordwk, weekday(day.weekday))).collect())
    .by_hour(rule.byhour.clone())
    .by_minute(rule.byminute.clone())
    .by_second(rule.bysecond.clone());
    if let Some(count) = rule.count {
        out = out.count(count);
    }
    out
}

fn weekday(day: ICalendarWeekday) -> Weekday {
    match day {
        ICalendarWeekday::Monday => Weekday::Mon,
        ICalendarWeekday::Tuesday => Weekday::Tue,
        ICalendarWeekday::Wednesday => Weekday::Wed,
        ICalendarWeekday::Thursday => Weekday::Thu,
        ICalendarWeekday::Friday => Weekday::Fri,
        ICalendarWeekday::Saturday => Weekday::Sat,
        ICalendarWeekday::Sunday => Weekday::Sun,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::ical;

    fn rule(text: &str) -> ICalendarRecurrenceRule {
        let calendar = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nRRULE:{text}\nEND:VEVENT\nEND:VCALENDAR\n");
        *ical::parse(calendar.as_bytes()).unwrap()[0].events[0].rules[0].recur.clone()
    }

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_wednesday_of_a_month() {
        let found = moments(
            &rule("FREQ=MONTHLY;BYDAY=1WE"),
            at("2020-01-01T18:30:00"),
            at("2026-10-01T00:00:00"),
            at("2026-11-30T00:00:00"),
            &mut Budget::default(),
        );
        assert_eq!(found.unwrap(), [at("2026-10-07T18:30:00"), at("2026-11-04T18:30:00")]);
    }

    #[test]
    fn every_second_since_1970_ends_in_time() {
        let rule = rule("FREQ=SECONDLY");
        let high = at("2026-01-10T00:00:00");
        let found = moments(&rule, at("1970-01-01T00:00:00"), at("2026-01-01T00:00:00"), high, &mut Budget::default());
        assert!(matches!(found, Err(RuleError::TooMany)));
    }

    proptest::proptest! {
        #[test]
        fn skipping_ahead_changes_nothing(
            freq in "(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)", interval in 1_u16..6, days in "(|;BYDAY=MO,TH|;BYDAY=SU;WKST=SU)", offset in 0_i64..2000,
        ) {
            let rule = rule(&format!("FREQ={freq};INTERVAL={interval}{days}"));
            let start = at("2025-01-07T09:15:00");
            let (low, high) = (start + Duration::days(offset), start + Duration::days(offset + 15));
            let near = moments(&rule, start, low, high, &mut Budget::default()).unwrap();
            // A count that is never reached keeps the start where it is.
            let counted = ICalendarRecurrenceRule { count: Some(u32::MAX), ..rule };
            let far = moments(&counted, start, low, high, &mut Budget::default()).unwrap();
            proptest::prop_assert_eq!(near, far);
        }
    }
}
