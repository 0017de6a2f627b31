//! One request, and its response read to the end under the caps.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response};
use tokio::time::timeout;

use super::body::{self, ACCEPT_ENCODING, Limits};
use super::freshness::{CacheFields, fresh_for, retry_after};
use super::guard::Refusal;
use super::human;
use super::outcome::{Document, FetchError, FetchOutcome, Validators};
use super::patience::Patience;
use super::plan::FetchPlan;
use super::trail::Trail;
use super::wanted::Wanted;

/// A longer validator, in bytes, is not kept: it would be sent with every request from then on.
const LONGEST_VALIDATOR: usize = 4 << 10;

/// What one request came to.
pub(crate) enum Step {
    Redirect { status: u16, location: Option<String> },
    Done(Box<Reply>),
}

/// The end of a fetch, before it is put into the words of the whole way.
pub(crate) struct Reply {
    pub(crate) outcome: FetchOutcome,
    pub(crate) validators: Validators,
    pub(crate) fresh_for: Option<Duration>,
}

/// How to ask, besides what the plan says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner {
    /// Without compression, since what came compressed could not be read.
    pub(crate) plain: bool,
    /// Nothing more is planned for this host, so that its connection need not be kept.
    pub(crate) last: bool,
}

/// Asks for the address that the trail has reached. `clock` gives the civil time at which the response came.
pub(crate) async fn exchange(
    client: &Client,
    plan: &FetchPlan,
    trail: &Trail,
    manner: Manner,
    limits: Limits<'_>,
    patience: &mut Patience,
    clock: impl Fn() -> DateTime<Utc>,
) -> Result<Step, FetchError> {
    let mut request = client.get(trail.at().clone());
    request = request.header(header::ACCEPT, plan.wanted.accept());
    request = request.header(header::ACCEPT_ENCODING, if manner.plain { "identity" } else { ACCEPT_ENCODING });
    if manner.last {
        request = request.header(header::CONNECTION, "close");
    }
    let here = trail.at().origin().ascii_serialization();
    let theirs = plan.validators_of.as_ref().is_none_or(|origin| *origin == here);
    let etag = plan.etag.as_deref().filter(|_| theirs).and_then(header_value);
    let last_modified = plan.last_modified.as_deref().filter(|_| theirs).and_then(header_value);
    let conditional = etag.is_some() || last_modified.is_some();
    for (name, value) in [(header::IF_NONE_MATCH, etag), (header::IF_MODIFIED_SINCE, last_modified)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let response = match patience.wait(timeout(limits.silence, request.send())).await? {
        Ok(response) => response.map_err(|error| explain(&error, trail))?,
        Err(_) => return Err(FetchError::Timeout),
    };
    let status = response.status().as_u16();
    if matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(Step::Redirect { status, location: text(response.headers(), &header::LOCATION) });
    }
    let now = clock();
    let headers = response.headers();
    let validators =
        Validators { etag: verbatim(headers, &header::ETAG), last_modified: verbatim(headers, &header::LAST_MODIFIED) };
    let retry_after = wait_demanded(headers, now);
    let mut fresh_for = freshness(headers, now);
    let outcome = match status {
        200 | 203 => FetchOutcome::Fresh(read(response, trail, plan, manner, limits, patience).await?),
        304 if conditional => FetchOutcome::NotModified,
        410 if trail.hops().is_empty() || !trail.is_temporary() && trail.adoptable().is_some() => FetchOutcome::Gone,
        429 => FetchOutcome::Throttled { until: until(now, retry_after) },
        503 if retry_after.is_some() => FetchOutcome::Throttled { until: until(now, retry_after) },
        _ if human::is_challenge(headers) => FetchOutcome::Failed(FetchError::Challenge(status)),
        200..=399 => FetchOutcome::Failed(FetchError::Unasked(status)),
        _ => FetchOutcome::Failed(FetchError::Status(status)),
    };
    if matches!(outcome, FetchOutcome::Failed(_)) {
        // How long an error page may be cached is no wish of the server's to be left alone; this is.
        fresh_for = retry_after;
    }
    Ok(Step::Done(Box::new(Reply { outcome, validators, fresh_for })))
}

async fn read(
    response: Response,
    trail: &Trail,
    plan: &FetchPlan,
    manner: Manner,
    limits: Limits<'_>,
    patience: &mut Patience,
) -> Result<Document, FetchError> {
    let (content_type, status) = (text(response.headers(), &header::CONTENT_TYPE), response.status().as_u16());
    let limits = Limits { max_bytes: plan.wanted.cap(limits.max_bytes), cut: plan.wanted.may_be_cut(), ..limits };
    let body = body::read(response, manner.plain, limits, patience).await?;
    if plan.wanted == Wanted::Feed && is_html(content_type.as_deref()) && human::is_page(&body) {
        let asks = human::asks_for_one(&body);
        return Err(if asks { FetchError::Challenge(status) } else { FetchError::WebPage(trail.at().to_string()) });
    }
    Ok(Document { body, content_type, final_url: trail.at().clone() })
}

pub(crate) fn is_html(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
}

fn until(now: DateTime<Utc>, wait: Option<Duration>) -> Option<DateTime<Utc>> {
    wait.map(|wait| super::state::later(now, wait))
}

fn wait_demanded(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = text(headers, &header::RETRY_AFTER)?;
    retry_after(&value, text(headers, &header::DATE).as_deref(), now)
}

fn freshness(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let lines: Vec<String> = headers.get_all(header::CACHE_CONTROL).iter().map(latin1).collect();
    let cache_control = (!lines.is_empty()).then(|| lines.join(","));
    let [age, expires, date] = [header::AGE, header::EXPIRES, header::DATE].map(|name| text(headers, &name));
    let fields = CacheFields {
        cache_control: cache_control.as_deref(),
        age: age.as_deref(),
        expires: expires.as_deref(),
        date: date.as_deref(),
    };
    fresh_for(&fields, now)
}

/// A field's text; bytes that are not UTF-8 are replaced.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// A field's bytes, one character each, so that [`header_value`] gives the same bytes again.
fn verbatim(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name).filter(|value| (1..=LONGEST_VALIDATOR).contains(&value.len()))?;
    Some(latin1(value))
}

fn latin1(value: &HeaderValue) -> String {
    value.as_bytes().iter().map(|byte| char::from(*byte)).collect()
}

fn header_value(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    HeaderValue::from_bytes(&bytes?).ok()
}

/// Finds the reason in the chain of an error that came before a response.
fn explain(error: &reqwest::Error, trail: &Trail) -> FetchError {
    let mut last = error as &dyn StdError;
    while let Some(cause) = last.source() {
        last = cause;
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return FetchError::Refused(refusal.clone());
        }
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(tls) = wrapped.and_then(|wrapped| wrapped.downcast_ref::<rustls::Error>()) {
            return FetchError::Tls(tls.to_string());
        }
    }
    if error.is_dns() {
        FetchError::Dns(trail.at().host_str().unwrap_or_default().to_owned())
    } else if error.is_timeout() {
        FetchError::Timeout
    } else if error.is_connect() {
        FetchError::Connect(last.to_string())
    } else {
        FetchError::Protocol(last.to_string())
    }
}
