//! Wiring: settings, catalogue, store and clock, put together once for whatever command runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, SubsecRound as _, Utc};
use ipnet::IpNet;
use tokio::time::Instant;

use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::journal::Journal;
use crate::render::templates::Templates;
use crate::settings::Problem;
use crate::stop::Stop;
use crate::store::Store;
use crate::token::Signer;

/// Civil time: where it started plus what has passed since, so that no leap of the system's clock shows.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: DateTime<Utc>,
    since: Instant,
    frozen: bool,
}

impl Clock {
    /// Starts at `now`, or at the system's time; the only place that asks for it.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn start(now: Option<DateTime<Utc>>) -> Self {
        let start = now.unwrap_or_else(Utc::now);
        // PostgreSQL keeps microseconds.
        Self { start: start.trunc_subsecs(6), since: Instant::now(), frozen: false }
    }

    /// Stands still: pure commands print the same bytes for the same `--now`.
    #[must_use]
    pub fn frozen(self) -> Self {
        Self { frozen: true, ..self }
    }

    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        if self.frozen {
            return self.start;
        }
        let passed = chrono::Duration::from_std(self.since.elapsed()).unwrap_or_default();
        (self.start + passed).trunc_subsecs(6)
    }
}

/// What every command works with.
#[derive(Debug, Clone)]
pub struct App {
    pub config: Config,
    pub catalogue: Catalogue,
    pub store: Store,
    pub clock: Clock,
    pub templates: Arc<Templates>,
    pub signer: Signer,
    pub journal: Journal,
    /// Told when the process is to end.
    pub stop: Stop,
}

/// Settings that cannot be used: told as they are, exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadSettings(pub String);

/// Where settings come from, as the command line says.
#[derive(Debug, Clone, Default)]
pub struct Places {
    pub config: Option<PathBuf>,
    pub feeds: Option<PathBuf>,
    pub database: Option<String>,
    pub now: Option<DateTime<Utc>>,
    pub allow_nets: Vec<IpNet>,
}

impl Places {
    /// Reads the settings and the catalogue; the problems of both files are told together.
    ///
    /// # Errors
    /// [`BadSettings`] with every problem.
    pub fn read(&self) -> Result<(Config, Catalogue), BadSettings> {
        let catalogue = self.catalogue();
        match (self.config(catalogue.as_ref().ok()), catalogue) {
            (Ok(config), Ok(catalogue)) => Ok((config, catalogue)),
            (config, catalogue) => {
                let told: Vec<String> = config.err().into_iter().chain(catalogue.err()).collect();
                Err(BadSettings(told.join("\n")))
            }
        }
    }

    /// Reads the settings alone.
    ///
    /// # Errors
    /// [`BadSettings`] with every problem.
    pub fn settings(&self) -> Result<Config, BadSettings> {
        self.config(self.catalogue().ok().as_ref()).map_err(BadSettings)
    }

    fn catalogue(&self) -> Result<Catalogue, String> {
        read_catalogue(&self.catalogue_path())
    }

    /// Where the catalogue is, or would be.
    #[must_use]
    pub fn catalogue_path(&self) -> PathBuf {
        self.feeds.clone().unwrap_or_else(|| PathBuf::from("feeds.toml"))
    }

    /// The topics that settings name must be those of the catalogue, where there is one.
    fn config(&self, catalogue: Option<&Catalogue>) -> Result<Config, String> {
        let default = Path::new("bellwether.toml");
        let path = self.config.clone().or_else(|| default.exists().then(|| default.to_owned()));
        let topics = catalogue.map(|catalogue| catalogue.topics.as_slice());
        let mut config =
            Config::load(path.as_deref(), &crate::config::environment, topics).map_err(|error| error.to_string())?;
        if let Some(database) = &self.database {
            config.database_url.clone_from(database);
        }
        config.fetch.allow_nets.extend(&self.allow_nets);
        Ok(config)
    }

    /// Reads everything and opens the database.
    ///
    /// # Errors
    /// [`BadSettings`], or why the database could not be opened.
    pub async fn open(&self) -> anyhow::Result<App> {
        let (config, catalogue) = self.read()?;
        App::open(config, catalogue, Clock::start(self.now)).await
    }

    /// As [`Places::open`], for what has nothing to do with sources: without a catalogue, or with one that cannot be
    /// read, there are none.
    ///
    /// # Errors
    /// As [`Places::open`], but for the catalogue.
    pub async fn open_without_sources(&self) -> anyhow::Result<App> {
        let catalogue = self.catalogue();
        let config = self.config(catalogue.as_ref().ok()).map_err(BadSettings)?;
        App::open(config, catalogue.unwrap_or_default(), Clock::start(self.now)).await
    }
}

/// Under which key the store keeps the secrets of links: this one is key 1, `token_key.2` key 2, and so on.
pub const TOKEN_KEY: &str = "token_key";

impl App {
    /// Opens the database and what belongs to it.
    ///
    /// # Errors
    /// When a template cannot be used, the database cannot be opened, or the system has no randomness to give.
    pub async fn open(config: Config, catalogue: Catalogue, clock: Clock) -> anyhow::Result<Self> {
        let templates = templates(config.templates_dir.as_deref())?;
        let store = Store::open(&config.database_url).await?;
        let signer = signer(&store).await?;
        store.fill_address_hashes(|address| signer.address_hash(address)).await?;
        let journal = Journal::new(config.journal());
        Ok(Self { config, catalogue, store, clock, templates, signer, journal, stop: Stop::default() })
    }
}

/// Signs with the secrets that this database keeps, made when it is new.
async fn signer(store: &Store) -> anyhow::Result<Signer> {
    let (token_key, address_key) = (crate::token::secret()?, crate::token::secret()?);
    let address_key = store.meta_or("address_key", || address_key).await?;
    store.meta_or(TOKEN_KEY, || token_key).await?;
    let mut keys = BTreeMap::new();
    for (name, key) in store.meta_below(TOKEN_KEY).await? {
        let id = name.rsplit_once('.').map_or(Ok(1), |(_, id)| id.parse());
        keys.insert(id.with_context(|| format!("the key `{name}` of the database has no number"))?, key);
    }
    Ok(Signer::new(keys, &address_key))
}

fn read_catalogue(path: &Path) -> Result<Catalogue, String> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        format!("{file}: cannot be read ({error}) — run in the directory that holds it, or name it with --feeds")
    })?;
    let (catalogue, problems) = Catalogue::parse(&text);
    if problems.is_empty() {
        Ok(catalogue)
    } else {
        Err(problems.iter().map(|problem: &Problem| problem.told(&file)).collect::<Vec<_>>().join("\n"))
    }
}

fn templates(directory: Option<&Path>) -> anyhow::Result<Arc<Templates>> {
    let mut replaced = BTreeMap::new();
    if let Some(directory) = directory {
        for name in Templates::names() {
            let path = directory.join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    replaced.insert(name.to_owned(), text);
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
            }
        }
    }
    Ok(Arc::new(Templates::new(&replaced).context("a template cannot be used")?))
}
