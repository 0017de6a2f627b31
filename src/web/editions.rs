//! The latest and past editions, and what belongs to them.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use url::Url;

use super::Pages;
use super::error::PageError;
use crate::config::Digest;
use crate::model::id::{DigestKey, EventId};
use crate::render::{atom, chat, ics, json, markdown, web};
use crate::store::editions::Stored;

/// Editions listed in the archive and in the feed.
const ARCHIVE: i64 = 520;
const FEED: i64 = 20;

impl Pages {
    pub(super) fn site(&self) -> web::Site<'_> {
        let digest = self.app.config.digests.first();
        web::Site {
            title: digest.map_or("Bellwether", |digest| &digest.title),
            base_url: self.app.config.web.base_url.as_ref(),
            contact: self.contact.as_deref(),
            postal_address: digest.and_then(|digest| digest.postal_address.as_deref()),
        }
    }

    fn digest(&self) -> Result<&Digest, PageError> {
        self.app.config.digests.first().ok_or(PageError::NotFound)
    }

    /// Where this is reached; without a setting, where it listens.
    fn base(&self) -> Result<Url, PageError> {
        match &self.app.config.web.base_url {
            Some(base) => Ok(base.clone()),
            None => Url::parse(&format!("http://{}/", self.app.config.web.listen))
                .map_err(|error| PageError::Internal(error.into())),
        }
    }

    /// The edition of that name, as [`full_name`](crate::model::edition::Edition::full_name) gives it. Every digest
    /// answers to `digest.name`; a bare name means the digest with the usual key, or the first where none has it.
    async fn find(&self, name: &str) -> Result<Stored, PageError> {
        let of = |key: &str| self.app.config.digests.iter().find(|digest| digest.key.as_str() == key);
        let (digest, name) = match name.split_once('.') {
            Some((key, name)) => (of(key).ok_or(PageError::NotFound)?, name),
            None => (of(DigestKey::USUAL).map_or_else(|| self.digest(), Ok)?, name),
        };
        // An edition composed ahead is not public before it is sent.
        let stored = self.app.store.edition(&digest.key, name).await?.ok_or(PageError::NotFound)?;
        if stored.edition.send_at > self.app.clock.now() { Err(PageError::NotFound) } else { Ok(stored) }
    }

    /// The digest's editions that were sent, newest first.
    async fn sent(&self, digest: &Digest, limit: i64) -> Result<Vec<Stored>, PageError> {
        let now = self.app.clock.now();
        let mut editions = self.app.store.editions(&digest.key, limit).await?;
        editions.retain(|stored| stored.edition.send_at <= now);
        Ok(editions)
    }
}

fn answer(result: Result<Response, PageError>, pages: &Pages) -> Response {
    result.unwrap_or_else(|error| error.page(pages))
}

fn typed(media_type: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}

pub(super) async fn latest(State(pages): State<Pages>) -> Response {
    let page = async {
        let latest = pages.sent(pages.digest()?, 2).await?.into_iter().next();
        let templates = &pages.app.templates;
        Ok(Html(match latest {
            Some(stored) => web::edition_page(&stored.edition, &pages.site(), templates)?,
            None => web::empty_page(&pages.site(), templates)?,
        })
        .into_response())
    };
    answer(page.await, &pages)
}

pub(super) async fn archive(State(pages): State<Pages>) -> Response {
    let page = async {
        let editions = pages.sent(pages.digest()?, ARCHIVE).await?;
        let lines: Vec<web::EditionLine> =
            editions.iter().map(|stored| web::EditionLine::from(&stored.edition)).collect();
        Ok(Html(web::archive_page(&lines, &pages.site(), &pages.app.templates)?).into_response())
    };
    answer(page.await, &pages)
}

pub(super) async fn edition(State(pages): State<Pages>, Path(file): Path<String>) -> Response {
    let page = async {
        let (name, extension) = match file.rsplit_once('.') {
            Some((name, extension @ ("md" | "txt" | "json"))) => (name, extension),
            _ => (file.as_str(), ""),
        };
        let mut edition = pages.find(name).await?.edition;
        // What rules left out is for the draft.
        edition.removed.clear();
        let base = pages.base()?;
        Ok(match extension {
            "md" => typed("text/markdown; charset=utf-8", markdown::markdown(&edition, Some(&base))),
            "txt" => typed("text/plain; charset=utf-8", chat::chat(&edition, Some(&base))),
            "json" => typed("application/json", json::json(&edition)?),
            _ => Html(web::edition_page(&edition, &pages.site(), &pages.app.templates)?).into_response(),
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

pub(super) async fn feed(State(pages): State<Pages>) -> Response {
    let page = async {
        let editions = pages.sent(pages.digest()?, FEED).await?;
        let editions: Vec<_> = editions.into_iter().map(|stored| stored.edition).collect();
        let title = pages.site().title.to_owned();
        Ok(typed(
            "application/atom+xml; charset=utf-8",
            atom::atom(&editions, &title, &pages.base()?, &pages.app.templates)?,
        ))
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
