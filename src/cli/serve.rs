//! `bellwether serve`: the web pages, and the scheduler.

use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use tokio::sync::Notify;

use super::{Exit, Global};
use crate::{scheduler, web};

/// Serve the pages, and fetch, compose and deliver whenever something is due
///
/// Where cron runs `bellwether run`, `--pages-only` leaves all of that to it; letters that ask to confirm a
/// subscription then go out with the next run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether serve --listen 127.0.0.1:8080\n  bellwether serve --pages-only")]
pub struct Serve {
    /// Address and port, over the one in the settings
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<std::net::SocketAddr>,
    /// Only serve: no fetching, composing or delivering
    #[arg(long)]
    pages_only: bool,
}

impl Serve {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let places = global.places();
        let mut app = global.open().await?;
        super::stop_on_signals(&app.stop);
        let address = self.listen.map_or_else(|| app.config.web.listen.clone(), |address| address.to_string());
        let listener = tokio::net::TcpListener::bind(&address)
            .await
            .with_context(|| format!("cannot listen on {address}: is another program there? --listen names another"))?;
        app.config.web.listen = listener.local_addr()?.to_string();
        global.tell(&format!("serving on http://{}/ (Ctrl-C ends it)", app.config.web.listen));
        let wake = Arc::new(Notify::new());
        let scheduling = async {
            if !self.pages_only {
                scheduler::keep_running(app.clone(), &places, &wake).await;
            }
        };
        let (served, ()) = tokio::join!(web::serve(app.clone(), listener, Arc::clone(&wake)), scheduling);
        served.map(|()| Exit::Done)
    }
}
