//! The web pages: the only place with the types of an HTTP server.
//!
//! GET and HEAD never change anything: mail scanners follow every link.

pub mod client;
pub mod confirm;
pub mod editions;
pub mod error;
pub mod origin;
pub mod routes;
pub mod sample;
pub mod site;
pub mod subscribe;
pub mod unsubscribe;

pub use routes::{Post, ROUTES, Route};

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;

/// What every handler works with.
#[derive(Debug, Clone)]
pub struct Pages {
    app: Arc<App>,
    /// What the pages know of each digest, in the order of the settings.
    shown: Arc<[site::Shown]>,
    /// Told when a letter was queued that should not wait.
    wake: Arc<Notify>,
}

/// Serves until the app is asked to stop, then finishes what is under way. `wake` is notified whenever a visitor's act has
/// queued mail.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(app: App, listener: TcpListener, wake: Arc<Notify>) -> anyhow::Result<()> {
    let stop = app.stop.clone();
    let pages = Pages { shown: site::shown(&app), app: Arc::new(app), wake };
    let asked = stop.clone();
    let service = router(pages).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move { asked.asked().await });
    let served = tokio::select! {
        served = serving => served,
        // A client that stalls must not keep us alive.
        () = async { stop.asked().await; tokio::time::sleep(GRACE).await } => Ok(()),
    };
    // Whatever ended the pages ends what runs beside them.
    stop.ask();
    Ok(served?)
}

/// How long what is under way may take once we are asked to stop.
const GRACE: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);
/// Of a request's body, in bytes: every form is far smaller.
const BODY: usize = 8 * 1024;

/// Every route, and what holds for all of them.
fn router(pages: Pages) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    routes::router(&pages)
        .with_state(pages)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER))
        // Outermost, so that no answer is without them.
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // Keeps `Origin` on posts from our own pages, and our addresses (which may hold a token) from everybody else.
        .layer(header(header::REFERRER_POLICY, "same-origin"))
}
