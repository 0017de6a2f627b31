//! The web pages: the only place with the types of an HTTP server.
//!
//! GET and HEAD never change anything: mail scanners follow every link.

pub mod editions;
pub mod error;
pub mod sample;
pub mod unsubscribe;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::get;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;
use crate::token::Signer;

/// What every handler works with.
#[derive(Debug, Clone)]
pub struct Pages {
    app: Arc<App>,
    signer: Signer,
}

/// Serves until `stop` is done, then finishes what is under way.
///
/// # Errors
/// When the database refuses, or the listener breaks.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let signer = app.signer().await?;
    let pages = Pages { app: Arc::new(app), signer };
    axum::serve(listener, router(pages)).with_graceful_shutdown(stop).await?;
    Ok(())
}

/// Every route that there is.
fn router(pages: Pages) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    Router::new()
        .route("/", get(editions::latest))
        .route("/editions", get(editions::archive))
        .route("/editions/{name}", get(editions::edition))
        .route("/events/{file}", get(editions::event))
        .route("/feed.atom", get(editions::feed))
        .route("/how", get(editions::how))
        .route("/style.css", get(editions::style))
        .route("/healthz", get(editions::health))
        .route("/unsubscribe/{token}", get(unsubscribe::show).post(unsubscribe::act))
        .fallback(error::nowhere)
        .with_state(pages)
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .layer(CatchPanicLayer::new())
}
