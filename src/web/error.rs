//! The only place that turns what went wrong into a status and a page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::Pages;
use crate::render::web;

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("there is nothing at this address")]
    NotFound,
    #[error("this link was not made here, or is not whole")]
    Forged,
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl From<crate::store::StoreError> for PageError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<crate::journal::JournalError> for PageError {
    fn from(error: crate::journal::JournalError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<crate::render::RenderError> for PageError {
    fn from(error: crate::render::RenderError) -> Self {
        Self::Internal(error.into())
    }
}

impl PageError {
    /// The page that tells it.
    pub(super) fn page(&self, pages: &Pages) -> Response {
        let (status, title, words) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "Not here", "There is nothing at this address."),
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "This link does not work",
                "It was not made here, or not all of it arrived. Please use the link as it stands in your mail.",
            ),
            Self::Internal(error) => {
                tracing::error!(%error, "a page could not be made");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something broke",
                    "The page could not be made. Please try again later.",
                )
            }
        };
        match web::message_page(title, words, &pages.site(), &pages.app.templates) {
            Ok(page) => (status, Html(page)).into_response(),
            Err(_) => (status, words).into_response(),
        }
    }
}

/// Any address that no route has.
pub(super) async fn nowhere(State(pages): State<Pages>) -> Response {
    PageError::NotFound.page(&pages)
}
