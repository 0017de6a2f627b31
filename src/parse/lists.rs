//! Conference lists kept as JSON: the files of the confs.tech data repository, and developers.events'
//! `all-events.json` and `all-cfps.json`.

use chrono::{DateTime, Duration, NaiveDate};
use serde::Deserialize;
use serde_json::Value;

use crate::model::event::{CallForPapers, EventMode};

/// A conference as a list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conference {
    pub name: String,
    pub url: Option<String>,
    pub first_day: NaiveDate,
    /// Inclusive.
    pub last_day: NaiveDate,
    /// "Geneva, Switzerland", as the list words it.
    pub location: Option<String>,
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2, when the list's name for it is known; else that name.
    pub country: Option<String>,
    pub mode: Option<EventMode>,
    pub cfp: Option<CallForPapers>,
    pub cancelled: bool,
    /// BCP 47.
    pub language: Option<String>,
}

/// The rows that could be read, and what was wrong with the others.
pub type Read = (Vec<Conference>, Vec<String>);

/// Reads a file of the confs.tech repository: an array of conferences.
///
/// # Errors
/// What is wrong, when it is no JSON array.
pub fn confs_tech(bytes: &[u8]) -> Result<Read, String> {
    Ok(rows(bytes)?.into_iter().map(confs_tech_row).fold(Read::default(), gather))
}

/// Reads `all-events.json` or `all-cfps.json`: the rows tell which.
///
/// # Errors
/// What is wrong, when it is no JSON array.
pub fn developers_events(bytes: &[u8]) -> Result<Read, String> {
    let read = |row: Value| if row.get("conf").is_some() { call_row(row) } else { event_row(row) };
    Ok(rows(bytes)?.into_iter().map(read).fold(Read::default(), gather))
}

fn rows(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice(bytes) {
        Ok(Value::Array(rows)) => Ok(rows),
        Ok(_) => Err("it is not an array".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn gather(mut read: Read, row: Result<(Conference, Option<String>), String>) -> Read {
    match row {
        Ok((conference, problem)) => {
            read.1.extend(problem);
            read.0.push(conference);
        }
        Err(problem) => read.1.push(problem),
    }
    read
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConfsTech {
    name: String,
    url: Option<String>,
    start_date: NaiveDate,
    end_date: Option<NaiveDate>,
    city: Option<String>,
    country: Option<String>,
    online: Option<bool>,
    locales: Option<String>,
    cfp_url: Option<String>,
    cfp_end_date: Option<NaiveDate>,
}

fn confs_tech_row(row: Value) -> Result<(Conference, Option<String>), String> {
    let row: ConfsTech = typed(row)?;
    let city = row.city.filter(|city| !city.trim().is_empty() && !city.eq_ignore_ascii_case("online"));
    let mode = match (row.online, &city) {
        (Some(true), Some(_)) => Some(EventMode::Hybrid),
        (Some(true), None) => Some(EventMode::Online),
        (_, Some(_)) => Some(EventMode::InPerson),
        (_, None) => None,
    };
    let (cfp, problem) = plausible(&row.name, row.start_date, row.cfp_end_date, row.cfp_url);
    let conference = Conference {
        first_day: row.start_date,
        last_day: row.end_date.unwrap_or(row.start_date).max(row.start_date),
        location: joined(city.as_deref(), row.country.as_deref()),
        country: row.country.as_deref().map(country),
        // Two languages are no language to choose by.
        language: row.locales.filter(|l| !l.contains(',') && !l.is_empty()).map(|l| l.trim().to_ascii_lowercase()),
        name: row.name,
        url: row.url,
        city,
        mode,
        cfp,
        cancelled: false,
    };
    Ok((conference, problem))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedEvent {
    name: String,
    /// Midnights in UTC, as milliseconds since 1970: the first day and, if there is one, the last.
    #[serde(default)]
    date: Vec<i64>,
    hyperlink: Option<String>,
    location: Option<String>,
    city: Option<String>,
    country: Option<String>,
    status: Option<String>,
    #[serde(default)]
    cfp: Call,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Call {
    link: Option<String>,
    until_date: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedCall {
    link: Option<String>,
    until_date: Option<i64>,
    conf: ListedEvent,
}

fn event_row(row: Value) -> Result<(Conference, Option<String>), String> {
    listed(typed(row)?)
}

fn call_row(row: Value) -> Result<(Conference, Option<String>), String> {
    let call: ListedCall = typed(row)?;
    listed(ListedEvent { cfp: Call { link: call.link, until_date: call.until_date }, ..call.conf })
}

fn listed(row: ListedEvent) -> Result<(Conference, Option<String>), String> {
    let days: Option<Vec<NaiveDate>> = row.date.iter().map(|ms| day(*ms)).collect();
    let days = days.unwrap_or_default();
    let (Some(first_day), Some(last_day)) = (days.iter().min().copied(), days.iter().max().copied()) else {
        return Err(format!("{}: it has no date that can be read", row.name));
    };
    let place = row.location.as_deref().unwrap_or_default();
    let online = place.to_lowercase().contains("online");
    // "Nantes (France) & Online"
    let place = place.split('&').map(str::trim).find(|part| !part.eq_ignore_ascii_case("online")).unwrap_or_default();
    let (named_city, named_country) = match place.split_once('(') {
        Some((city, country)) => (city.trim(), Some(country.trim_end_matches(')').trim())),
        None => (place, None),
    };
    let known =
        |text: Option<&str>| text.filter(|t| !t.is_empty() && !t.eq_ignore_ascii_case("online")).map(str::to_owned);
    let city = known(row.city.as_deref()).or_else(|| known(Some(named_city)));
    let named_country = known(row.country.as_deref()).or_else(|| known(named_country));
    let until = row.cfp.until_date.and_then(day);
    let (cfp, problem) = plausible(&row.name, first_day, until, row.cfp.link.as_deref().map(first_address));
    let conference = Conference {
        first_day,
        last_day,
        location: joined(city.as_deref(), named_country.as_deref()),
        mode: match (online, &city) {
            (true, Some(_)) => Some(EventMode::Hybrid),
            (true, None) => Some(EventMode::Online),
            (false, Some(_)) => Some(EventMode::InPerson),
            (false, None) => None,
        },
        country: named_country.as_deref().map(country),
        cancelled: row.status.as_deref().is_some_and(|status| status.to_lowercase().starts_with("cancel")),
        name: row.name,
        url: row.hyperlink.as_deref().map(first_address),
        city,
        cfp,
        language: None,
    };
    Ok((conference, problem))
}

fn typed<T: serde::de::DeserializeOwned>(row: Value) -> Result<T, String> {
    let name = row.get("name").or_else(|| row.get("conf")?.get("name")).and_then(Value::as_str).map(str::to_owned);
    serde_json::from_value(row).map_err(|error| match name {
        Some(name) => format!("{name}: {error}"),
        None => format!("a row without a name: {error}"),
    })
}

fn day(milliseconds: i64) -> Option<NaiveDate> {
    DateTime::from_timestamp_millis(milliseconds).map(|instant| instant.date_naive())
}

/// A deadline that can be true: not after the start, and at most 18 months before it.
fn plausible(
    name: &str,
    start: NaiveDate,
    closes: Option<NaiveDate>,
    url: Option<String>,
) -> (Option<CallForPapers>, Option<String>) {
    match closes {
        Some(closes) if closes <= start && start - closes <= Duration::days(548) => {
            (Some(CallForPapers { closes, url }), None)
        }
        Some(closes) => (None, Some(format!("{name}: a call that closes on {closes} for {start} cannot be true"))),
        None => (None, None),
    }
}

/// The address itself, where a list has it as Markdown.
fn first_address(text: &str) -> String {
    let text = text.trim();
    match text.find("](") {
        Some(at) => text.get(at + 2..).unwrap_or_default().trim_end_matches(')').to_owned(),
        None => text.to_owned(),
    }
}

fn joined(city: Option<&str>, country: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = [city, country].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn country(name: &str) -> String {
    let name = name.trim();
    let key: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    COUNTRIES.iter().find(|(known, _)| *known == key).map_or_else(|| name.to_owned(), |(_, code)| (*code).to_owned())
}

/// The names that the lists use, reduced to letters.
const COUNTRIES: [(&str, &str); 72] = [
    ("argentina", "AR"),
    ("australia", "AU"),
    ("austria", "AT"),
    ("bangladesh", "BD"),
    ("belarus", "BY"),
    ("belgium", "BE"),
    ("brazil", "BR"),
    ("bulgaria", "BG"),
    ("canada", "CA"),
    ("chile", "CL"),
    ("china", "CN"),
    ("colombia", "CO"),
    ("costarica", "CR"),
    ("croatia", "HR"),
    ("cyprus", "CY"),
    ("czechia", "CZ"),
    ("czechrepublic", "CZ"),
    ("denmark", "DK"),
    ("egypt", "EG"),
    ("estonia", "EE"),
    ("finland", "FI"),
    ("france", "FR"),
    ("georgia", "GE"),
    ("germany", "DE"),
    ("greece", "GR"),
    ("hongkong", "HK"),
    ("hungary", "HU"),
    ("iceland", "IS"),
    ("india", "IN"),
    ("indonesia", "ID"),
    ("ireland", "IE"),
    ("israel", "IL"),
    ("italy", "IT"),
    ("japan", "JP"),
    ("kenya", "KE"),
    ("latvia", "LV"),
    ("lithuania", "LT"),
    ("luxembourg", "LU"),
    ("malaysia", "MY"),
    ("malta", "MT"),
    ("mexico", "MX"),
    ("moldova", "MD"),
    ("morocco", "MA"),
    ("netherlands", "NL"),
    ("newzealand", "NZ"),
    ("nigeria", "NG"),
    ("norway", "NO"),
    ("philippines", "PH"),
    ("poland", "PL"),
    ("portugal", "PT"),
    ("romania", "RO"),
    ("russia", "RU"),
    ("serbia", "RS"),
    ("singapore", "SG"),
    ("slovakia", "SK"),
    ("slovenia", "SI"),
    ("southafrica", "ZA"),
    ("southkorea", "KR"),
    ("spain", "ES"),
    ("sweden", "SE"),
    ("switzerland", "CH"),
    ("taiwan", "TW"),
    ("thailand", "TH"),
    ("thenetherlands", "NL"),
    ("tunisia", "TN"),
    ("turkey", "TR"),
    ("uk", "GB"),
    ("ukraine", "UA"),
    ("unitedarabemirates", "AE"),
    ("unitedkingdom", "GB"),
    ("us", "US"),
    ("usa", "US"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_calls_is_read() {
        let json = br#"[{"link":"[https://devoxx.be/](https://dvbe22.cfp.dev/#/login)","until":"15-July-2022","untilDate":1657843200000,"conf":{"name":"Cloud Ouest","date":[1665360000000,1665705600000],"hyperlink":"https://cloudouest.fr/","status":"open","location":"Nantes (France) & Online"}},
            {"link":"x","untilDate":1,"conf":{"name":"No date","date":[],"location":"Online"}}]"#;
        let (rows, problems) = developers_events(json).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].first_day.to_string(), rows[0].last_day.to_string()),
            ("2022-10-10".into(), "2022-10-14".into())
        );
        assert_eq!((rows[0].city.as_deref(), rows[0].country.as_deref()), (Some("Nantes"), Some("FR")));
        assert_eq!(rows[0].mode, Some(EventMode::Hybrid));
        assert_eq!(rows[0].cfp.as_ref().unwrap().url.as_deref(), Some("https://dvbe22.cfp.dev/#/login"));
        assert_eq!(problems, ["No date: it has no date that can be read"]);
    }

    #[test]
    fn an_implausible_deadline_is_dropped_and_told() {
        let json = br#"[{"name":"A","startDate":"2026-05-01","cfpEndDate":"2026-05-02","city":"Las Vegas, NV","country":"U.S.A."}]"#;
        let (rows, problems) = confs_tech(json).unwrap();
        assert_eq!((rows[0].cfp.as_ref(), rows[0].country.as_deref()), (None, Some("US")));
        assert_eq!(problems, ["A: a call that closes on 2026-05-02 for 2026-05-01 cannot be true"]);
    }

    #[test]
    fn something_else_is_an_error() {
        assert!(confs_tech(b"{}").is_err());
        assert!(developers_events(b"<html>").is_err());
    }
}
