//! Leaving: GET shows a page with one button, POST acts (RFC 8058: without cookie, login or redirect).

use axum::extract::{Path, State};
use axum::response::Response;

use super::Pages;
use super::confirm::{masked, private};
use super::error::{PageError, answer};
use crate::departures;
use crate::render::web::list;

pub(super) async fn show(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    answer(page(&pages, &token, false).await, &pages)
}

pub(super) async fn act(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    answer(page(&pages, &token, true).await, &pages)
}

async fn page(pages: &Pages, token: &str, act: bool) -> Result<Response, PageError> {
    let leaving = pages.app.signer.unsubscribes(token).ok_or(PageError::Forged)?;
    let subscriber = pages.app.store.subscriber(leaving.subscriber).await?;
    // The number may be somebody else's by now.
    let subscriber = subscriber.filter(|subscriber| pages.app.signer.is_for(&leaving, &subscriber.address));
    let digest = subscriber.as_ref().and_then(|subscriber| pages.digest(Some(&subscriber.digest)).ok());
    let site = digest.map_or_else(|| pages.site(), |digest| pages.site_of(digest));
    let templates = &pages.app.templates;
    if act {
        // One who has left has nothing queued, and every departure lengthens the journal.
        if let Some(subscriber) = subscriber.filter(|subscriber| subscriber.state != "left") {
            departures::leave(&pages.app, &subscriber).await?;
        }
        return Ok(private(list::unsubscribed_page(&site, templates)?));
    }
    if subscriber.as_ref().is_some_and(|subscriber| subscriber.state == "left") {
        return Ok(private(list::unsubscribed_page(&site, templates)?));
    }
    // A forwarded mail must not tell whose it was.
    let masked = subscriber.map_or_else(|| "this address".to_owned(), |subscriber| masked(&subscriber.address));
    Ok(private(list::unsubscribe_page(&masked, token, &site, templates)?))
}
