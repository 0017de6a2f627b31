//! Subscribing: GET shows the form, POST keeps the wish and queues the letter that asks to confirm it. Whoever the
//! address belongs to, the answer is the same.

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use super::error::{PageError, answer};
use super::site::value;
use super::{Pages, client};
use crate::config::Digest;
use crate::mail::address::{Address, AddressError, Mailbox};
use crate::render::web;
use crate::render::web::list::{Complaint, Form};
use crate::store::opt_in::{Asked, Wish};
use crate::subscribe::Limits;

pub(super) async fn show(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Response {
    let page = || {
        let digest = pages.asked(query.as_deref())?;
        let form = pages.form(digest).filter(|_| pages.is_open(digest)).ok_or(PageError::Closed)?;
        Ok(Html(web::list::subscribe_page(&form, &pages.site_of(digest), &pages.app.templates)?).into_response())
    };
    answer(page(), &pages)
}

pub(super) async fn act(
    State(pages): State<Pages>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    answer(ask(&pages, peer, &headers, body).await, &pages)
}

/// Where everybody is sent who has asked.
pub(super) async fn sent(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Response {
    let page = || {
        let site = pages.site_of(pages.asked(query.as_deref())?);
        let good_for = pages.app.config.retention.unconfirmed;
        Ok(Html(web::list::sent_page(good_for, &site, &pages.app.templates)?).into_response())
    };
    answer(page(), &pages)
}

async fn ask(
    pages: &Pages,
    peer: SocketAddr,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, PageError> {
    let body = body.map_err(|_| PageError::TooLarge)?;
    let form = pages.form(pages.digest(None)?).ok_or(PageError::Closed)?;
    let typed = value(&body, "email").unwrap_or_default();
    let key = value(&body, "digest");
    let complain = |form: Form<'_>, digest: &Digest, complaint| {
        let form = Form { chosen: Some(&digest.key), typed: &typed, complaint: Some(complaint), ..form };
        let page = web::list::subscribe_page(&form, &pages.site_of(digest), &pages.app.templates)?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
    };
    // A page from before a second digest was added names none.
    let only = form.offers.first().filter(|_| form.offers.len() == 1).map(|offer| offer.key.as_str());
    let Some(digest) = key.as_deref().or(only).and_then(|key| pages.digest(Some(key)).ok()) else {
        return complain(form, pages.digest(None)?, Complaint::Digest);
    };
    if !pages.is_open(digest) {
        return Err(PageError::Closed);
    }
    // People do not see this field; what fills it in learns nothing, and nothing happens.
    if value(&body, "remarks").is_some_and(|filled| !filled.is_empty()) {
        return Ok(see_sent(pages, digest));
    }
    match Address::parse(&typed) {
        // Mail for a name without a dot stays on this machine.
        Ok(address) if !address.domain().contains('.') => {
            complain(form, digest, Complaint::Address(AddressError::Domain))
        }
        Ok(address) => queue(pages, digest, &address, &asking(pages, peer, headers)).await,
        Err(error) => complain(form, digest, Complaint::Address(error)),
    }
}

/// A keyed hash of who asks.
fn asking(pages: &Pages, peer: SocketAddr, headers: &HeaderMap) -> String {
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    pages.app.signer.client_hash(&client::client(peer.ip(), forwarded, &pages.app.config.web.trusted_proxies))
}

async fn queue(pages: &Pages, digest: &Digest, address: &Address, client: &str) -> Result<Response, PageError> {
    let app = &pages.app;
    let from = Mailbox::parse(&digest.from).map_err(|error| PageError::Internal(error.into()))?;
    let wish = Wish {
        digest: &digest.key,
        address,
        address_hash: &app.signer.address_hash(address.as_str()),
        client,
        mail_domain: from.address().domain(),
        limits: Limits::default(),
        now: app.clock.now(),
    };
    match app.store.ask(&wish).await? {
        Asked::TooMany => return Err(PageError::TooMany),
        Asked::Queued => pages.wake.notify_one(),
        Asked::Nothing => {}
    }
    Ok(see_sent(pages, digest))
}

fn see_sent(pages: &Pages, digest: &Digest) -> Response {
    let sent = pages.site_of(digest).at("/subscribe/sent");
    (StatusCode::SEE_OTHER, [(header::LOCATION, sent)]).into_response()
}
