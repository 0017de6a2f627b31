//! Leaving: GET shows a page with one button, POST acts (RFC 8058: without cookie, login or redirect).

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};

use super::Pages;
use super::error::PageError;
use crate::journal;
use crate::mail::address::Address;
use crate::render::web;

pub(super) async fn show(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    page(&pages, &token, false).await.unwrap_or_else(|error| error.page(&pages))
}

pub(super) async fn act(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    page(&pages, &token, true).await.unwrap_or_else(|error| error.page(&pages))
}

async fn page(pages: &Pages, token: &str, act: bool) -> Result<Response, PageError> {
    let id = pages.app.signer.unsubscribes(token).ok_or(PageError::Forged)?;
    let subscriber = pages.app.store.subscriber(id).await?;
    if act {
        if let Some(subscriber) = &subscriber {
            journal::leave(&pages.app, subscriber).await?;
        }
        return Ok(Html(web::unsubscribed_page(&pages.site(), &pages.app.templates)?).into_response());
    }
    // A forwarded mail must not tell whose it was.
    let masked = subscriber.and_then(|s| Address::parse(&s.address).ok()).map(|address| address.masked());
    let site = pages.site();
    let templates = &pages.app.templates;
    let masked = masked.unwrap_or_else(|| "this address".to_owned());
    Ok(Html(web::unsubscribe_page(&masked, token, &site, templates)?).into_response())
}
