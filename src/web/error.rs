//! The only place that turns what went wrong into a status and a page.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::Pages;
use crate::render::web::{self, Message};

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("there is nothing at this address")]
    NotFound,
    #[error("this address does not take the method")]
    OtherMethod,
    #[error("the request is too large")]
    TooLarge,
    #[error("the request was made by a page of somebody else")]
    Foreign,
    #[error("this link was not made here, or is not whole")]
    Forged,
    /// Of the digest with this key.
    #[error("the link to confirm is too old")]
    Expired { digest: String },
    /// Of the digest with this key, if it is known.
    #[error("there is nothing left to confirm")]
    Gone { digest: Option<String> },
    #[error("a limit of the last hour is reached")]
    TooMany,
    #[error("nobody can subscribe as things are set")]
    Closed,
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl From<crate::store::StoreError> for PageError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<crate::departures::DepartureError> for PageError {
    fn from(error: crate::departures::DepartureError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<crate::render::RenderError> for PageError {
    fn from(error: crate::render::RenderError) -> Self {
        Self::Internal(error.into())
    }
}

/// After how many seconds to ask again when a limit of an hour is reached.
const AN_HOUR: &str = "3600";

impl PageError {
    /// The page that tells it.
    pub(super) fn page(&self, pages: &Pages) -> Response {
        if let Self::Internal(error) = self {
            tracing::error!(%error, "a page could not be made");
        }
        let (status, title, words) = self.told();
        let digest = match self {
            Self::Expired { digest } | Self::Gone { digest: Some(digest) } => pages.digest(Some(digest)).ok(),
            _ => None,
        };
        let site = digest.map_or_else(|| pages.site(), |digest| pages.site_of(digest));
        let subscribe = matches!(self, Self::Expired { .. } | Self::Gone { .. });
        let mut response = match web::message_page(&Message { title, words, subscribe }, &site, &pages.app.templates) {
            Ok(page) => (status, Html(page)).into_response(),
            Err(_) => (status, words.join("\n")).into_response(),
        };
        if matches!(self, Self::TooMany) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(AN_HOUR));
        }
        response
    }

    /// Status, title and paragraphs.
    fn told(&self) -> (StatusCode, &'static str, &'static [&'static str]) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "Not here", &["There is nothing at this address."]),
            Self::OtherMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "Not in this way",
                &["There is something at this address, but it does not take such a request."],
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "Too much",
                &["What was sent is larger than any form here. Nothing was done with it."],
            ),
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "This came from another site",
                &[
                    "The page that sent this is not one of ours, so nothing was done.",
                    "Was it you? Then please open the page here and press its button.",
                ],
            ),
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "This link does not work",
                &["It was not made here, or not all of it arrived. Please use the link as it stands in your mail."],
            ),
            Self::Expired { .. } => (
                StatusCode::GONE,
                "This link is too old",
                &["It was good for a few days only. If you still want the mail, please ask for a new link."],
            ),
            Self::Gone { .. } => (
                StatusCode::GONE,
                "There is nothing left to confirm",
                &["This subscription has ended, or was never confirmed and is forgotten. You can begin anew."],
            ),
            Self::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many at once",
                &[
                    "More subscriptions were asked for in the last hour than we send letters for, so nothing was done.",
                    "Please try again in an hour.",
                ],
            ),
            Self::Closed => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Subscribing is not possible at the moment",
                &["No mail can be sent from here right now, so nothing was kept. Please come back another day."],
            ),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something broke",
                &["The page could not be made. Please try again later."],
            ),
        }
    }
}

/// A page, or the one that tells why there is none.
pub(super) fn answer(result: Result<Response, PageError>, pages: &Pages) -> Response {
    result.unwrap_or_else(|error| error.page(pages))
}

/// Any address that no route has.
pub(super) async fn nowhere(State(pages): State<Pages>) -> Response {
    PageError::NotFound.page(&pages)
}

/// Any method that a route does not take.
pub(super) async fn other_method(State(pages): State<Pages>) -> Response {
    PageError::OtherMethod.page(&pages)
}
