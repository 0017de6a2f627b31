//! The limit: `reqwest` in a loop. It asks conditionally where it may, reads each body to its end, unpacked,
//! and drops it.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::pin::pin;

use async_compression::futures::bufread::GzipDecoder;
use futures_util::io::AsyncReadExt as _;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::header::{ACCEPT_ENCODING, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use serde::{Deserialize, Serialize};

use super::manifest;

/// What a server named its answer by.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Validators {
    etag: Option<String>,
    last_modified: Option<String>,
}

enum Came {
    Body(usize, Validators),
    NotModified,
    Failed,
}

/// Asks for every feed of the corpus, `jobs` at once; validators are kept in the file `state`. Prints a line of JSON.
///
/// # Errors
/// When there is no corpus, or the file cannot be written.
pub(crate) async fn run(folder: &Path, port: u16, jobs: usize, state: &Path) -> anyhow::Result<()> {
    let urls: Vec<String> = manifest::read(folder)?.iter().map(|listed| listed.url(port)).collect();
    let mut known: HashMap<String, Validators> = match std::fs::read(state) {
        Ok(text) => serde_json::from_slice(&text)?,
        Err(_) => HashMap::new(),
    };
    bellwether::fetch::client::install_crypto();
    #[expect(clippy::disallowed_methods, reason = "what the program's own client is measured against")]
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
    let asked = stream::iter(urls).map(|url| {
        let (client, validators) = (client.clone(), known.get(&url).cloned().unwrap_or_default());
        async move {
            let came = ask(&client, &url, validators).await.unwrap_or(Came::Failed);
            (url, came)
        }
    });
    let came: Vec<(String, Came)> = asked.buffer_unordered(jobs).collect().await;
    let (mut ok, mut not_modified, mut failed, mut bytes) = (0, 0, 0, 0);
    for (url, came) in came {
        match came {
            Came::Body(length, validators) => {
                ok += 1;
                bytes += length;
                known.insert(url, validators);
            }
            Came::NotModified => not_modified += 1,
            Came::Failed => failed += 1,
        }
    }
    std::fs::write(state, serde_json::to_vec(&known)?)?;
    println!(
        "{}",
        serde_json::json!({"ok": ok, "not_modified": not_modified, "failed": failed, "bytes_decoded": bytes})
    );
    Ok(())
}

async fn ask(client: &reqwest::Client, url: &str, validators: Validators) -> anyhow::Result<Came> {
    let mut request = client.get(url).header(ACCEPT_ENCODING, "gzip");
    for (name, value) in [(IF_NONE_MATCH, validators.etag), (IF_MODIFIED_SINCE, validators.last_modified)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let response = request.send().await?;
    match response.status().as_u16() {
        200 => {}
        304 => return Ok(Came::NotModified),
        _ => return Ok(Came::Failed),
    }
    let validators =
        Validators { etag: field(response.headers(), &ETAG), last_modified: field(response.headers(), &LAST_MODIFIED) };
    let chunks = stream::try_unfold(response, |mut response| async move {
        let chunk = response.chunk().await.map_err(io::Error::other)?;
        Ok::<_, io::Error>(chunk.map(|chunk| (chunk, response)))
    });
    let chunks = pin!(chunks);
    let mut reader = GzipDecoder::new(chunks.into_async_read());
    let (mut length, mut buffer) = (0, vec![0; 16 << 10]);
    loop {
        match reader.read(&mut buffer).await? {
            0 => return Ok(Came::Body(length, validators)),
            count => length += count,
        }
    }
}

fn field(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}
