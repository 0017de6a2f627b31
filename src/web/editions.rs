//! The latest and past editions, and what belongs to them.

use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use super::Pages;
use super::error::{PageError, answer};
use super::site::value;
use crate::config::Digest;
use crate::model::edition::Edition;
use crate::model::id::{DigestKey, EventId};
use crate::render::{atom, chat, ics, json, markdown, web};

/// Editions listed in the archive and in the feed.
const ARCHIVE: i64 = 520;
const FEED: i64 = 20;

impl Pages {
    /// The edition of that name, as [`full_name`](crate::model::edition::Edition::full_name) gives it. Every digest
    /// answers to `digest.name`; a bare name means the digest with the usual key, or the first where none has it.
    async fn find(&self, name: &str) -> Result<(&Digest, Edition), PageError> {
        let of = |key: &str| self.app.config.digests.iter().find(|digest| digest.key.as_str() == key);
        let (digest, name) = match name.split_once('.') {
            Some((key, name)) => (of(key).ok_or(PageError::NotFound)?, name),
            None => (of(DigestKey::USUAL).map_or_else(|| self.digest(None), Ok)?, name),
        };
        // An edition composed ahead is not public before it is sent.
        let stored = self.app.store.edition(&digest.key, name).await?.ok_or(PageError::NotFound)?;
        let edition = stored.edition;
        if edition.send_at > self.app.clock.now() { Err(PageError::NotFound) } else { Ok((digest, edition)) }
    }
}

fn typed(media_type: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}

pub(super) async fn latest(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Response {
    let page = async {
        let digest = pages.asked(query.as_deref())?;
        let edition = pages.last(digest).await?;
        let mut headlines = Vec::new();
        for other in pages.app.config.digests.iter().filter(|other| other.key != digest.key) {
            headlines.push((other, pages.last(other).await?.map(|edition| edition.headline)));
        }
        let beside = headlines.iter().map(|(other, headline)| web::editions::Beside {
            title: &other.title,
            key: &other.key,
            headline: headline.as_deref(),
        });
        let beside: Vec<_> = beside.collect();
        let form = pages.form(digest);
        let home = web::editions::Home { edition: edition.as_ref(), form: form.as_ref(), beside: &beside };
        Ok(Html(web::editions::home_page(&home, &pages.site_of(digest), &pages.app.templates)?).into_response())
    };
    answer(page.await, &pages)
}

/// Every digest's editions, or those of one.
pub(super) async fn archive(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Response {
    let page = async {
        let asked = pages.asked(query.as_deref())?;
        let one = query.as_deref().is_some_and(|query| value(query.as_bytes(), "digest").is_some());
        let digests = &pages.app.config.digests;
        let mut shelves = Vec::new();
        for digest in digests.iter().filter(|digest| !one || digest.key == asked.key) {
            let editions = pages.sent(digest, ARCHIVE).await?;
            let lines = editions.iter().map(|stored| web::editions::EditionLine::from(&stored.edition)).collect();
            shelves.push(web::editions::Shelf { title: &digest.title, lines });
        }
        let more = shelves.len() < digests.len();
        let site = pages.site_of(asked);
        Ok(Html(web::editions::archive_page(&shelves, more, &site, &pages.app.templates)?).into_response())
    };
    answer(page.await, &pages)
}

pub(super) async fn edition(State(pages): State<Pages>, Path(file): Path<String>) -> Response {
    let page = async {
        let (name, extension) = match file.rsplit_once('.') {
            Some((name, extension @ ("md" | "txt" | "json"))) => (name, extension),
            _ => (file.as_str(), ""),
        };
        let (digest, mut edition) = pages.find(name).await?;
        // What rules left out is for the draft.
        edition.removed.clear();
        let base = pages.base()?;
        Ok(match extension {
            "md" => typed("text/markdown; charset=utf-8", markdown::markdown(&edition, Some(&base))),
            "txt" => typed("text/plain; charset=utf-8", chat::chat(&edition, Some(&base))),
            "json" => typed("application/json", json::json(&edition)?),
            _ => {
                let site = pages.site_of(digest);
                Html(web::editions::edition_page(&edition, &site, &pages.app.templates)?).into_response()
            }
        })
    };
    answer(page.await, &pages)
}

pub(super) async fn event(State(pages): State<Pages>, Path(file): Path<String>) -> Response {
    let page = async {
        let id = file.strip_suffix(".ics").and_then(EventId::parse).ok_or(PageError::NotFound)?;
        let event = pages.app.store.event(id.as_str()).await?.ok_or(PageError::NotFound)?;
        let name = event.title.clone();
        Ok(typed("text/calendar; charset=utf-8", ics::calendar(&name, &[event], pages.app.clock.now())))
    };
    answer(page.await, &pages)
}

pub(super) async fn feed(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Response {
    let page = async {
        let digest = pages.asked(query.as_deref())?;
        let editions: Vec<_> = pages.sent(digest, FEED).await?.into_iter().map(|stored| stored.edition).collect();
        let other = pages.site_of(digest).other;
        let feed = atom::atom(&editions, &digest.title, other, &pages.base()?, &pages.app.templates)?;
        Ok(typed("application/atom+xml; charset=utf-8", feed))
    };
    answer(page.await, &pages)
}

pub(super) async fn how(State(pages): State<Pages>) -> Response {
    let page = async { Ok(Html(web::how_page(&pages.site(), &pages.app.templates)?).into_response()) };
    answer(page.await, &pages)
}

pub(super) async fn style(State(pages): State<Pages>) -> Response {
    let mut response = typed("text/css; charset=utf-8", pages.app.templates.style().to_owned());
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("max-age=3600"));
    response
}

pub(super) async fn health(State(pages): State<Pages>) -> Response {
    match pages.app.store.version().await {
        Ok(_) => (StatusCode::OK, "ok\n").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    }
}
