//! `bellwether serve`: the web pages.

use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::{Exit, Global};
use crate::web;

/// Serve the latest and past editions, and the Atom feed
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether serve --listen 127.0.0.1:8080")]
pub struct Serve {
    /// Address and port, over the one in the settings
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<std::net::SocketAddr>,
}

impl Serve {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let mut app = global.places().open().await?;
        let address = self.listen.map_or_else(|| app.config.web.listen.clone(), |address| address.to_string());
        let listener = tokio::net::TcpListener::bind(&address)
            .await
            .with_context(|| format!("cannot listen on {address}: is another program there? --listen names another"))?;
        app.config.web.listen = listener.local_addr()?.to_string();
        global.tell(&format!("serving on http://{}/ (Ctrl-C ends it)", app.config.web.listen));
        web::serve(app, listener, Arc::default(), stopped()).await?;
        Ok(Exit::Done)
    }
}

/// Ends when the process is asked to stop.
pub(super) async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
