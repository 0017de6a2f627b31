//! `bellwether demo`: the whole job on a sample world, offline.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::sync::Notify;

use super::{Exit, Global};
use crate::demo::play::{Demonstration, play};
use crate::{scheduler, web};

/// See the whole job on a sample world: nine weeks of feeds and calendars, mailed and on the web; offline
///
/// It replaces what an earlier demo left in its directory, and touches nothing else. With --database it plays into
/// that one, which must be empty.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether demo\n  bellwether demo --once --out /tmp/demo\n  bellwether demo --database postgres:///demo"
)]
pub struct Demo {
    /// Stop when the last edition is mailed instead of serving the pages
    #[arg(long)]
    once: bool,
    /// Where its files go
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Where the pages are served; port 0 takes any
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: std::net::SocketAddr,
}

impl Demo {
    pub(super) async fn execute(self, global: &Global) -> anyhow::Result<Exit> {
        let listener = tokio::net::TcpListener::bind(self.listen).await?;
        let database = global.places().database;
        let demonstration = play(&self.out, database.as_deref(), listener.local_addr()?, &global.progress()).await?;
        global.print(&demonstration.summary, || words(&demonstration, self.once))?;
        if !self.once {
            let (app, wake) = (&demonstration.app, Arc::new(Notify::new()));
            super::stop_on_signals(&app.stop);
            let serving = web::serve(app.clone(), listener, Arc::clone(&wake));
            let (served, ()) = tokio::join!(serving, scheduler::deliver_when_woken(app, &wake));
            served?;
        }
        demonstration.app.store.close().await;
        Ok(Exit::Done)
    }
}

fn words(demonstration: &Demonstration, once: bool) -> String {
    let told = &demonstration.summary;
    let mut out = format!(
        "Nine weeks in {:.1} s: {} sources fetched {} times ({} answers were 304), {} items, {} events.\n\
         {} editions were composed and {} mails accepted over SMTP.\n\
         The last one, {}, leads with “{}”; the mail server took it for {} as\n  {}\n\nLook at\n",
        told.wall_s,
        told.sources,
        told.fetches,
        told.not_modified,
        told.items,
        told.events,
        told.editions.len(),
        told.mails,
        told.last,
        told.headline,
        crate::demo::play::READERS.first().copied().unwrap_or_default(),
        told.mail
    );
    for (what, path) in &told.files {
        out.push_str(&format!("  {what:<22} {path}\n"));
    }
    let path = |what: &str| told.files.iter().find(|(name, _)| name == what).map(|(_, path)| path);
    if let Some((database, feeds)) = path("the database").zip(path("its feeds")) {
        out.push_str(&format!(
            "\nWhy a story is where it is\n  bellwether digest --week {} --why --database sqlite://{database} --feeds {feeds}\n",
            told.last
        ));
    }
    if !once {
        out.push_str(&format!("\n  {:<22} {}\n\nCtrl-C ends it.", "the pages", told.pages));
    }
    out.truncate(out.trim_end().len());
    out
}
