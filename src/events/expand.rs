//! A calendar's events written out: rules, extra dates, exceptions and overrides become instances in a window.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};

use super::rule::{Budget, moments};
use super::zone::{Moment, Zone, ZoneError, Zones};
use crate::parse::ical::{Calendar, RawEvent, RawTime, RawZone};

/// A series shows this many instances of a window at most, or one a day where the window is longer.
const INSTANCES_OF_ONE: usize = 200;

/// Instances of one calendar, so that many long series do not fill the memory.
const INSTANCES_OF_ALL: usize = 20_000;

/// One instance, with the properties that hold for it.
#[derive(Debug, Clone)]
pub struct Instance<'a> {
    pub event: &'a RawEvent,
    pub start: Moment,
    /// Never before the start; exclusive for whole days.
    pub end: Option<Moment>,
    /// The start that the series planned, as local text: it stays when the instance moves.
    pub original: String,
}

/// What went wrong with one event; the others are not touched by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub title: String,
    pub what: String,
}

/// What identifies an instance inside its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Day(NaiveDate),
    Instant(DateTime<Utc>),
}

/// The instances that overlap the window from `from` (inclusive) to `until` (exclusive), series by series.
#[must_use]
pub fn expand<'a>(
    calendar: &'a Calendar,
    zones: &Zones,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> (Vec<Instance<'a>>, Vec<Trouble>) {
    let mut out =
        Expansion { zones, from, until, budget: Budget::default(), instances: Vec::new(), troubles: Vec::new() };
    for series in series_of(&calendar.events) {
        if out.instances.len() > INSTANCES_OF_ALL {
            out.trouble(None, format!("more than {INSTANCES_OF_ALL} instances: the rest of the calendar is left out"));
            break;
        }
        out.series(&series);
    }
    (out.instances, out.troubles)
}

/// The events of each UID, in the order in which they first appear; one without a UID is alone.
fn series_of(events: &[RawEvent]) -> Vec<Vec<&RawEvent>> {
    let mut series: Vec<Vec<&RawEvent>> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        let place = event.uid.as_deref().map(|uid| *known.entry(uid).or_insert(series.len()));
        match place.and_then(|place| series.get_mut(place)) {
            Some(members) => members.push(event),
            None => series.push(vec![event]),
        }
    }
    series
}

/// The revision that holds: the highest sequence, then the latest change; of equal ones the first.
fn later<'a>(a: &'a RawEvent, b: &'a RawEvent) -> &'a RawEvent {
    let key = |event: &RawEvent| (event.sequence.unwrap_or(-1), event.last_modified, event.stamp);
    if key(b) > key(a) { b } else { a }
}

struct Expansion<'a, 'z> {
    zones: &'z Zones,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    budget: Budget,
    instances: Vec<Instance<'a>>,
    troubles: Vec<Trouble>,
}

/// An event with its times placed.
struct Placed<'a> {
    event: &'a RawEvent,
    start: Moment,
    end: Option<Moment>,
}

impl Placed<'_> {
    /// On the wall clock where both ends hang in one zone, so that a night of clock changes keeps its hours.
    fn length(&self) -> Option<Duration> {
        self.end.as_ref().map(|end| end.local - self.start.local)
    }
}

impl<'a> Expansion<'a, '_> {
    fn series(&mut self, members: &[&'a RawEvent]) {
        let (overrides, masters): (Vec<&RawEvent>, Vec<&RawEvent>) =
            members.iter().partition(|event| event.recurrence_id.is_some());
        let master = masters.into_iter().reduce(later).and_then(|event| self.place(event));
        let plan = master.map(|master| self.plan(master, &overrides));
        let mut by_slot: BTreeMap<Slot, (&'a RawEvent, Moment)> = BTreeMap::new();
        for event in overrides {
            let Some(planned) = self.planned(event, plan.as_ref()) else { continue };
            if plan.as_ref().is_some_and(|plan| plan.outdates(event, &planned)) {
                continue;
            }
            let slot = slot(&planned, plan.as_ref().map_or(planned.all_day, |plan| plan.master.start.all_day));
            by_slot.entry(slot).and_modify(|(known, _)| *known = later(known, event)).or_insert((event, planned));
        }
        let excepted = plan.as_ref().map(|plan| self.exceptions(plan)).unwrap_or_default();
        let first = self.instances.len();
        for (slot, (event, planned)) in &by_slot {
            if !excepted.holds(*slot, planned.local.date()) {
                self.overriding(event, planned);
            }
        }
        if let Some(plan) = &plan {
            self.regular(plan, &by_slot, &excepted);
        }
        let most = usize::try_from((self.until - self.from).num_days()).unwrap_or(0).max(INSTANCES_OF_ONE);
        if self.instances.len() - first > most {
            self.instances.truncate(first + most);
            let what = format!("more than {most} instances: the rest is left out");
            self.trouble(members.first().copied(), what);
        }
    }

    /// The instances that no override replaces, and those that an earlier "this and future" override moves.
    fn regular(&mut self, plan: &Plan<'a>, overrides: &BTreeMap<Slot, (&'a RawEvent, Moment)>, excepted: &Exceptions) {
        let master = &plan.master;
        let futures: Vec<(DateTime<Utc>, Duration, Placed<'a>)> = overrides
            .values()
            .filter(|(event, _)| event.and_future)
            .filter_map(|(event, planned)| {
                let placed = self.place(event)?;
                Some((planned.instant(), placed.start.local - planned.local, placed))
            })
            .collect();
        for local in &plan.starts {
            let planned = master.start.at(*local);
            let slot = slot(&planned, master.start.all_day);
            if overrides.contains_key(&slot) || excepted.holds(slot, local.date()) {
                continue;
            }
            let instant = planned.instant();
            let future = futures.iter().rev().find(|(since, _, _)| *since <= instant);
            let (event, start, length) = match future {
                Some((_, shift, placed)) => (placed.event, master.start.at(*local + *shift), placed.length()),
                None => (master.event, planned.clone(), master.length()),
            };
            let length = plan.lengths.get(local).copied().or(length);
            let end = length.map(|length| start.at(start.local + length));
            self.keep(Instance { event, start, end, original: original(&planned) });
        }
    }

    fn overriding(&mut self, event: &'a RawEvent, planned: &Moment) {
        if let Some(placed) = self.place(event) {
            let original = original(planned);
            self.keep(Instance { event, start: placed.start, end: placed.end, original });
        }
    }

    fn keep(&mut self, instance: Instance<'a>) {
        let start = instance.start.instant();
        let running = instance.end.as_ref().is_some_and(|end| end.instant() > self.from);
        if start < self.until && (start >= self.from || running) {
            self.instances.push(instance);
        }
    }

    /// The wall-clock starts near the window, wide enough for all that overrides move.
    fn plan(&mut self, master: Placed<'a>, overrides: &[&'a RawEvent]) -> Plan<'a> {
        let moves = overrides.iter().filter(|event| event.and_future).filter_map(|event| {
            let (start, id) = (event.start.as_ref()?, event.recurrence_id.as_ref()?);
            Some((start.date - id.date).abs())
        });
        // Neither a zone nor a time of day makes more than a day each.
        let margin = moves.max().unwrap_or_default() + Duration::days(2);
        let low = self.from.naive_utc() - margin - master.length().unwrap_or_default();
        let high = self.until.naive_utc() + margin;
        let mut starts = BTreeSet::new();
        let mut lengths = BTreeMap::new();
        let mut last_until = None;
        if master.event.unread_rules {
            self.trouble(
                Some(master.event),
                "its recurrence rule cannot be read: only its first date is shown".to_owned(),
            );
        }
        for rule in &master.event.rules {
            let end = rule.until.as_ref().map(|until| last_instant(until, &master.start));
            last_until = last_until.max(end);
            match moments(&rule.recur, master.start.local, low, high, &mut self.budget) {
                Ok(found) => starts.extend(
                    found.into_iter().filter(|local| end.is_none_or(|end| master.start.zone.instant(*local) <= end)),
                ),
                Err(error) => self.trouble(Some(master.event), error.to_string()),
            }
        }
        // DTSTART counts as the first instance whether or not it matches, unless the series was over before it.
        if last_until.is_none_or(|end| master.start.instant() <= end) {
            starts.insert(master.start.local);
        }
        for date in &master.event.dates {
            match self.zones.place_beside(&date.start, &master.start) {
                Ok(moment) => {
                    let local = local_beside(&moment, &master.start);
                    starts.insert(local);
                    lengths.extend(date.length.map(|length| (local, length)));
                }
                Err(error) => self.trouble(Some(master.event), error.to_string()),
            }
        }
        starts.retain(|local| *local >= low && *local <= high);
        Plan { master, starts, lengths }
    }

    fn exceptions(&mut self, plan: &Plan<'a>) -> Exceptions {
        let mut exceptions = Exceptions::default();
        let start = &plan.master.start;
        for date in &plan.master.event.exceptions {
            match self.zones.place_beside(date, start) {
                Ok(moment) if moment.all_day => {
                    exceptions.days.insert(moment.local.date());
                }
                Ok(moment) => {
                    exceptions.slots.insert(slot(&plan.found(date, &moment), start.all_day));
                }
                Err(error) => self.trouble(Some(plan.master.event), error.to_string()),
            }
        }
        exceptions
    }

    /// When the series planned what this override replaces.
    fn planned(&mut self, event: &'a RawEvent, plan: Option<&Plan<'a>>) -> Option<Moment> {
        let id = event.recurrence_id.as_ref()?;
        let placed = match plan {
            Some(plan) => self.zones.place_beside(id, &plan.master.start),
            None => self.zones.place(id),
        };
        let placed = placed.map_err(|error| self.trouble(Some(event), error.to_string())).ok()?;
        let Some(plan) = plan else { return Some(placed) };
        let start = &plan.master.start;
        Some(match (placed.all_day, start.all_day) {
            // A bare date means that day's instance.
            (true, false) => start.at(placed.local.date().and_time(start.local.time())),
            (true, true) => placed,
            (false, _) => plan.found(id, &placed),
        })
    }

    fn place(&mut self, event: &'a RawEvent) -> Option<Placed<'a>> {
        let Some(raw) = &event.start else {
            self.trouble(Some(event), "it has no start that can be read".to_owned());
            return None;
        };
        let place = |this: &Self, raw| -> Result<Placed<'a>, ZoneError> {
            let start = this.zones.place(raw)?;
            let end = match &event.end {
                Some(end) => Some(this.zones.place_beside(end, &start)?),
                None => event.duration.map(|length| start.at(start.local + length)),
            };
            Ok(Placed { event, start, end })
        };
        match place(self, raw) {
            Ok(placed) => Some(self.put_right(placed)),
            Err(error) => {
                self.trouble(Some(event), error.to_string());
                None
            }
        }
    }

    /// One kind and one zone for both ends, in their order.
    fn put_right(&mut self, mut placed: Placed<'a>) -> Placed<'a> {
        let Some(mut end) = placed.end.take() else { return placed };
        // A date beside a time is that day's midnight.
        if placed.start.all_day != end.all_day {
            let zone = if end.all_day { placed.start.zone.clone() } else { end.zone.clone() };
            for moment in [&mut placed.start, &mut end] {
                moment.zone = zone.clone();
                moment.all_day = false;
            }
        } else if !end.all_day {
            end = placed.start.at(local_beside(&end, &placed.start));
        } else if end.local == placed.start.local {
            // "Until the same day" is meant inclusively.
            end = end.at(end.local + Duration::days(1));
        }
        if end.local < placed.start.local {
            self.trouble(Some(placed.event), "it ends before it starts: both are exchanged".to_owned());
            std::mem::swap(&mut placed.start, &mut end);
        }
        placed.end = Some(end);
        placed
    }

    fn trouble(&mut self, event: Option<&RawEvent>, what: String) {
        let title = event.and_then(|event| event.summary.clone().or_else(|| event.uid.clone())).unwrap_or_default();
        let trouble = Trouble { title, what };
        if !self.troubles.contains(&trouble) {
            self.troubles.push(trouble);
        }
    }
}

/// What a master plans near the window, before exceptions and overrides.
struct Plan<'a> {
    master: Placed<'a>,
    starts: BTreeSet<NaiveDateTime>,
    /// Of the starts that bring their own.
    lengths: BTreeMap<NaiveDateTime, Duration>,
}

impl Plan<'_> {
    /// The planned start that a time means: by its instant, else by the digits of its wall clock, which some
    /// programs write beside the wrong zone.
    fn found(&self, raw: &RawTime, placed: &Moment) -> Moment {
        let start = &self.master.start;
        let local = local_beside(placed, start);
        let digits = raw.date.and_time(raw.time.unwrap_or_default());
        start.at(if !self.starts.contains(&local) && self.starts.contains(&digits) { digits } else { local })
    }

    /// Whether an override with rules of its own is what is left of an earlier revision of the series.
    fn outdates(&self, event: &RawEvent, planned: &Moment) -> bool {
        let own_rules = !event.rules.is_empty() || !event.dates.is_empty() || !event.exceptions.is_empty();
        own_rules
            && event.sequence.unwrap_or(-1) < self.master.event.sequence.unwrap_or(-1)
            && !self.starts.contains(&planned.local)
    }
}

#[derive(Debug, Default)]
struct Exceptions {
    slots: BTreeSet<Slot>,
    days: BTreeSet<NaiveDate>,
}

impl Exceptions {
    fn holds(&self, slot: Slot, day: NaiveDate) -> bool {
        self.slots.contains(&slot) || self.days.contains(&day)
    }
}

/// The last instant that `UNTIL` allows: a bare date allows the whole day where the series takes place.
fn last_instant(until: &RawTime, start: &Moment) -> DateTime<Utc> {
    match (until.time, &until.zone) {
        (None, _) => start.zone.instant(until.date.and_time(NaiveTime::MIN) + Duration::days(1)) - Duration::seconds(1),
        // A series of whole days ends on a day: one in UTC is the day's own, whatever the zone.
        (Some(clock), _) if start.all_day => start.zone.instant(until.date.and_time(clock)),
        (Some(clock), RawZone::Offset(offset)) => {
            (until.date.and_time(clock) - Duration::seconds(i64::from(*offset))).and_utc()
        }
        (Some(clock), _) => start.zone.instant(until.date.and_time(clock)),
    }
}

/// By instant, because exceptions and overrides may name another zone; whole days by their date.
fn slot(moment: &Moment, by_day: bool) -> Slot {
    if by_day { Slot::Day(moment.local.date()) } else { Slot::Instant(moment.instant()) }
}

fn original(planned: &Moment) -> String {
    let format = if planned.all_day { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%S" };
    planned.local.format(format).to_string()
}

/// What the wall clock at `other` shows at `moment`.
fn local_beside(moment: &Moment, other: &Moment) -> NaiveDateTime {
    if other.all_day {
        return moment.local.date().and_time(NaiveTime::MIN);
    }
    match (&moment.zone, &other.zone) {
        (Zone::Known(a), Zone::Known(b)) if a == b => moment.local,
        (Zone::Defined(a), Zone::Defined(b)) if Rc::ptr_eq(a, b) => moment.local,
        (_, Zone::Known(tz)) => tz.from_utc_datetime(&moment.instant().naive_utc()).naive_local(),
        (_, Zone::Defined(_)) => {
            // The offset holds on both sides of the search except within hours of a clock change.
            let utc = moment.instant().naive_utc();
            utc + (utc - other.zone.instant(utc).naive_utc())
        }
    }
}
