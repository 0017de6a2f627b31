//! Confirming: GET shows a page with one button, POST acts, and brings the latest edition along.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};

use super::Pages;
use super::error::{PageError, answer};
use crate::config::Digest;
use crate::mail::address::{Address, Mailbox};
use crate::render::web::list::{self, Coming};
use crate::store::opt_in::Confirmed;
use crate::subscribe;

pub(super) async fn show(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    answer(page(&pages, &token, false).await, &pages)
}

pub(super) async fn act(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    answer(page(&pages, &token, true).await, &pages)
}

async fn page(pages: &Pages, token: &str, act: bool) -> Result<Response, PageError> {
    let app = &pages.app;
    let link = app.signer.confirms(token).ok_or(PageError::Forged)?;
    let gone = |digest: Option<&str>| PageError::Gone { digest: digest.map(ToOwned::to_owned) };
    let subscriber = app.store.subscriber(link.subscriber).await?.ok_or_else(|| gone(None))?;
    let digest = pages.digest(Some(&subscriber.digest)).map_err(|_| gone(None))?;
    let (site, templates) = (pages.site_of(digest), &app.templates);
    let masked = masked(&subscriber.address);
    let now = app.clock.now();
    let next = (digest.schedule.next_after(now, digest.timezone), digest.timezone);
    let already = || Ok(private(list::already_page(&masked, next, &site, templates)?));

    let kept_back = matches!(subscriber.suppressed.as_deref(), Some("bounced" | "complained"));
    match subscriber.state.as_str() {
        "confirmed" => return already(),
        "pending" if !kept_back => {}
        _ => return Err(gone(Some(&subscriber.digest))),
    }
    let good_for = chrono::Duration::from_std(app.config.retention.unconfirmed).unwrap_or_default();
    if !subscribe::is_fresh(link.asked_at, now, good_for) {
        return Err(PageError::Expired { digest: subscriber.digest });
    }
    if !act {
        let offer = (digest.schedule, digest.timezone);
        return Ok(private(list::confirm_page(&masked, token, offer, &site, templates)?));
    }
    let from = Mailbox::parse(&digest.from).map_err(|error| PageError::Internal(error.into()))?;
    match app.store.confirm(subscriber.id, link.asked_at, from.address().domain(), now).await? {
        Confirmed::Now { editions } => {
            pages.wake.notify_one();
            let coming = coming(pages, digest, editions).await?;
            Ok(private(list::confirmed_page(&masked, coming, next, &site, templates)?))
        }
        Confirmed::Already => already(),
        Confirmed::Gone => Err(gone(Some(&subscriber.digest))),
    }
}

/// What the new reader gets next, of whom so many editions were queued.
async fn coming(pages: &Pages, digest: &Digest, queued: u64) -> Result<Coming, PageError> {
    let last = pages.app.store.editions(&digest.key, 2).await?;
    let now = pages.app.clock.now();
    let ahead = last.iter().filter(|stored| stored.edition.send_at > now).count();
    Ok(match last.len() - ahead {
        0 => Coming::First,
        _ if queued > ahead as u64 => Coming::Latest,
        _ => Coming::Next,
    })
}

/// An address as a stranger may see it.
pub(super) fn masked(address: &str) -> String {
    Address::parse(address).map_or_else(|_| "this address".to_owned(), |address| address.masked())
}

/// A page for one reader, which no cache keeps.
pub(super) fn private(page: String) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
}
