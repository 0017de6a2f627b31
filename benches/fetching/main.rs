//! What `scripts/bench fetch` runs: a corpus of feeds, a server for it, and the bare loop that fetching is
//! compared with. One binary, so that all three are built alike.
//!
//! ```text
//! fetching corpus DIR --feeds 1000 --seed 1     writes the corpus
//! fetching serve DIR --port 8800 --profile ideal
//! fetching bare DIR --port 8800 --jobs 64 --state FILE
//! fetching read DIR --rounds 3
//! ```
//!
//! Without a command it does nothing: `cargo test --all-targets` and `cargo bench` start it like that.

mod bare;
mod corpus;
mod feed;
mod manifest;
mod random;
mod read;
mod request;
mod serve;
mod wild;
mod words;

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, bail};

/// The words after the program's name: a command, a folder, and `--name value` pairs.
struct Arguments(Vec<String>);

impl Arguments {
    fn at(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(String::as_str)
    }

    fn folder(&self) -> anyhow::Result<PathBuf> {
        self.at(1).map(PathBuf::from).context("name the folder of the corpus")
    }

    fn option<T>(&self, name: &str, default: T) -> anyhow::Result<T>
    where
        T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
    {
        let value = self.0.iter().position(|word| word == name).and_then(|at| self.at(at + 1));
        value.map_or(Ok(default), |text| text.parse().with_context(|| format!("{name} {text}")))
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments(std::env::args().skip(1).collect());
    match arguments.at(0) {
        Some("corpus") => {
            corpus::write(&arguments.folder()?, arguments.option("--feeds", 1_000)?, arguments.option("--seed", 1)?)
        }
        Some("serve") => {
            let wild = match arguments.option("--profile", "ideal".to_owned())?.as_str() {
                "ideal" => false,
                "wild" => true,
                other => bail!("`{other}` is no profile: ideal or wild"),
            };
            runtime()?.block_on(serve::serve(&arguments.folder()?, arguments.option("--port", 8_800)?, wild))
        }
        Some("read") => read::read(&arguments.folder()?, arguments.option("--rounds", 3)?),
        Some("bare") => runtime()?.block_on(bare::run(
            &arguments.folder()?,
            arguments.option("--port", 8_800)?,
            arguments.option("--jobs", 64)?,
            &arguments.option("--state", PathBuf::from("bare.json"))?,
        )),
        _ => {
            println!("nothing measured: `scripts/bench fetch` is the command");
            Ok(())
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
