//! The binary in a directory of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::database::Database;

/// A directory with settings and a catalogue, and a database, with which the real binary runs.
pub struct App {
    database: Database,
    dir: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl App {
    /// On `bellwether.db` in its directory; with `BELLWETHER_TEST_DATABASE=postgres` on a PostgreSQL database.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        Self { database: Database::wanted(&dir.path().join("bellwether.db")), dir }
    }

    /// What the binary keeps, to look into or to change behind its back.
    pub fn database(&self) -> &Database {
        &self.database
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, text: &str) -> &Self {
        std::fs::write(self.path(name), text).expect("a file in the temporary directory");
        self
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Settings for loopback: no spacing, and the address guard opened for it.
    pub fn settings(&self, more: &str) -> &Self {
        self.write(
            "bellwether.toml",
            &format!(
                "[fetch]\nspacing = \"0\"\ntimeout = \"5s\"\nallow_nets = [\"127.0.0.0/8\"]\narticles = false\n{more}"
            ),
        )
    }

    /// The binary with these arguments, in the directory, with the database and nothing else of our environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        command.args(args).current_dir(self.dir()).stdin(Stdio::null()).env_clear();
        // The file is where the binary looks without being told.
        if !self.database.is_file() {
            command.env("BELLWETHER_DATABASE_URL", self.database.url());
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_env(args, &[])
    }

    pub fn run_env(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        let mut command = self.command(args);
        command.envs(env.iter().copied());
        let Output { status, stdout, stderr } = command.output().expect("the binary starts");
        let ran = Ran {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        };
        assert!(!ran.stderr.contains("panicked"), "a panic: {}", ran.stderr);
        ran
    }

    /// Runs with `--json` and reads the last line.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let mut all = vec!["--json"];
        all.extend(args);
        let ran = self.run(&all);
        let line = ran.stdout.lines().last().unwrap_or_else(|| panic!("no output: {}", ran.stderr));
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}
