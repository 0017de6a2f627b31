//! The web pages: the only place with the types of an HTTP server.
//!
//! GET and HEAD never change anything: mail scanners follow every link.

pub mod editions;
pub mod error;
pub mod sample;
pub mod unsubscribe;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::routing::get;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;
use crate::mail::address::Mailbox;

/// What every handler works with.
#[derive(Debug, Clone)]
pub struct Pages {
    app: Arc<App>,
    /// Where readers may write.
    contact: Option<String>,
}

/// Serves until the app is asked to stop, then finishes what is under way.
///
/// # Errors
/// When the database refuses, or the listener breaks.
pub async fn serve(app: App, listener: TcpListener) -> anyhow::Result<()> {
    let stop = app.stop.clone();
    let contact = app.config.digests.first().and_then(|digest| {
        Mailbox::parse(digest.reply_to.as_deref().unwrap_or(&digest.from))
            .ok()
            .map(|mailbox| mailbox.address().to_string())
    });
    let pages = Pages { app: Arc::new(app), contact };
    let asked = stop.clone();
    let serving = axum::serve(listener, router(pages)).with_graceful_shutdown(async move { asked.asked().await });
    tokio::select! {
        served = serving => served?,
        // A client that stalls must not keep us alive.
        () = async { stop.asked().await; tokio::time::sleep(GRACE).await } => {}
    }
    Ok(())
}

/// How long what is under way may take once we are asked to stop.
const GRACE: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);

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
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER))
        .layer(CatchPanicLayer::new())
}
