//! A PostgreSQL cluster of this test process's own, and a database of it for each test.
//!
//! It listens on a socket in its directory and nowhere else, and it ends with the process that started it, however
//! that ends: a shell holds the cluster and reads from a pipe whose other end only this process has.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use bellwether::store::Store;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::database::wait;
use super::shared::left_out;

/// Makes the cluster, says `ready`, and takes everything away when its standard input ends.
const KEEPER: &str = r#"
bin=$1 dir=$2
shift 2
# Nothing but the end of the input ends this; not even that nobody listens any more.
trap '' HUP INT TERM PIPE
options="-c listen_addresses= -c unix_socket_directories=$dir -c max_connections=300 -c shared_buffers=64MB
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0
    -c max_wal_size=64MB -c autovacuum=off -c dynamic_shared_memory_type=mmap"
cd "$dir"
if "$@" "$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --no-sync --locale=C --encoding=UTF8 \
        >>"$dir/log" 2>&1 &&
    "$@" "$bin/pg_ctl" start --wait --silent --pgdata="$dir/data" --log="$dir/log" --options="$options" \
        >>"$dir/log" 2>&1
then echo ready
else tail -n 20 "$dir/log"
fi
exec >/dev/null 2>&1
cat
"$@" "$bin/pg_ctl" stop --mode=immediate --silent --pgdata="$dir/data"
cd /
rm -rf "$dir"
"#;

/// The database that every other one is cloned from: empty, with all migrations.
const TEMPLATE: &str = "migrated";

static CLUSTER: LazyLock<Result<Option<Cluster>, String>> = LazyLock::new(|| {
    match binaries() {
        Some(bin) => Cluster::start(&bin).map(Some),
        // What CI leaves out, nobody notices.
        None if std::env::var_os("CI").is_some() => Err(MISSING.to_owned()),
        None => {
            left_out(&format!("every test on PostgreSQL: {MISSING}"));
            Ok(None)
        }
    }
});

const MISSING: &str = "there is no initdb in PATH or /usr/lib/postgresql/*/bin — install the Debian package postgresql \
     (no cluster of the system's is needed)";

struct Cluster {
    dir: PathBuf,
    /// Closed by the system when this process ends: the keeper waits for that.
    _held: ChildStdin,
}

impl Cluster {
    fn start(bin: &Path) -> Result<Self, String> {
        // A socket's path has at most 103 bytes on some systems, so the usual temporary directory may be too long.
        let dir = tempfile::Builder::new().prefix("bellwether-pg-").tempdir_in("/tmp");
        let dir = dir.map_err(|error| format!("no directory for PostgreSQL: {error}"))?.keep();
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "sh"]).arg(bin).arg(&dir);
        if id(&["-u"]) == Some(0) {
            // PostgreSQL refuses to run as root; Debian's package makes a user for it.
            let owner = id(&["-u", "postgres"]).zip(id(&["-g", "postgres"]));
            let (user, group) = owner.ok_or("PostgreSQL does not run as root, and there is no user `postgres`")?;
            std::os::unix::fs::chown(&dir, Some(user), Some(group)).map_err(|error| error.to_string())?;
            command.args(["setpriv", &format!("--reuid={user}"), &format!("--regid={group}"), "--clear-groups"]);
        } else {
            command.arg("env");
        }
        // Ctrl-C at a terminal goes to the whole process group: the keeper outlives it, and then cleans up.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = command.spawn().map_err(|error| format!("sh does not start: {error}"))?;
        let held = keeper.stdin.take().expect("a pipe");
        let mut told = BufReader::new(keeper.stdout.take().expect("a pipe"));
        let mut line = String::new();
        told.read_line(&mut line).map_err(|error| error.to_string())?;
        if line.trim() != "ready" {
            let _ = told.read_to_string(&mut line);
            return Err(format!("PostgreSQL does not start: {line}"));
        }
        let cluster = Self { dir, _held: held };
        wait(async || cluster.make_template().await).map_err(|error| format!("no template database: {error}"))?;
        Ok(cluster)
    }

    async fn make_template(&self) -> anyhow::Result<()> {
        let mut postgres = PgConnection::connect(&self.url("postgres")).await?;
        // Operators' databases sort by a language; one that sorts by bytes, as SQLite does, would hide a query that
        // leaves order to the database. Servers before version 15 cannot be told so here.
        let by_language = format!("create database {TEMPLATE} template template0 locale_provider icu icu_locale 'en'");
        if postgres.execute(AssertSqlSafe(by_language)).await.is_err() {
            postgres.execute(AssertSqlSafe(format!("create database {TEMPLATE} template template0"))).await?;
        }
        Store::open(&self.url(TEMPLATE)).await?.close().await;
        Ok(())
    }

    fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=postgres", self.dir.display())
    }
}

/// A database of its own, gone when it is dropped.
#[derive(Debug)]
pub struct PgDatabase {
    pub url: String,
    name: String,
}

impl PgDatabase {
    /// One with all migrations, or `None` after saying loudly that it is left out.
    pub fn migrated() -> Option<Self> {
        Self::cloned_from(TEMPLATE)
    }

    /// One without any table, or `None` after saying loudly that it is left out.
    pub fn empty() -> Option<Self> {
        Self::cloned_from("template0")
    }

    /// Another one with what this one holds; nobody may be connected to it.
    pub fn copy(&self) -> Self {
        Self::cloned_from(&self.name).expect("the cluster is there")
    }

    /// Makes this one what `copy` holds.
    pub fn put_back(&self, copy: &Self) {
        let cluster = cluster().expect("the cluster is there");
        for sql in [
            format!("drop database {} with (force)", self.name),
            format!("create database {} template {}", self.name, copy.name),
        ] {
            in_cluster(cluster, sql).expect("a database");
        }
    }

    fn cloned_from(template: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let cluster = cluster()?;
        let name = format!("t_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        in_cluster(cluster, format!("create database {name} template {template}")).expect("a database");
        Some(Self { url: cluster.url(&name), name })
    }
}

impl Drop for PgDatabase {
    fn drop(&mut self) {
        if let Some(cluster) = cluster() {
            // One that stays goes with the cluster.
            let _ = in_cluster(cluster, format!("drop database {} with (force)", self.name));
        }
    }
}

fn cluster() -> Option<&'static Cluster> {
    CLUSTER.as_ref().unwrap_or_else(|error| panic!("{error}")).as_ref()
}

fn in_cluster(cluster: &Cluster, sql: String) -> Result<(), sqlx::Error> {
    wait(async || {
        let mut postgres = PgConnection::connect(&cluster.url("postgres")).await?;
        postgres.execute(AssertSqlSafe(sql)).await?;
        postgres.close().await
    })
}

/// Where the server's programs are: behind `PATH`, or where Debian keeps every version, the newest first.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).filter_map(|dir| dir.join("initdb").canonicalize().ok());
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin/initdb")))
        })
        .collect();
    debian.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found
        .chain(debian.into_iter().map(|(_, initdb)| initdb))
        .filter_map(|initdb| initdb.parent().map(Path::to_owned))
        .find(|dir| ["initdb", "pg_ctl", "postgres"].iter().all(|name| dir.join(name).is_file()))
}

fn id(args: &[&str]) -> Option<u32> {
    let out = Command::new("id").args(args).output().ok().filter(|out| out.status.success())?;
    String::from_utf8(out.stdout).ok()?.trim().parse().ok()
}
