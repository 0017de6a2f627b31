//! How the one HTTP client is set up: what it never does, its limits, and the name it gives.

use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Client, ClientBuilder, redirect};

use super::{FetcherError, install_crypto};
use crate::config;
use crate::fetch::guard::Guard;

/// A connection is kept for the next request to its host, which comes when the spacing is over, and a little more.
const KEPT: Duration = Duration::from_secs(3);
/// Of a response over HTTP/2. Over HTTP/1.1 it is hyper's: 100 fields, and 408 KiB in all.
const MAX_HEADER_BYTES: u32 = 64 << 10;
/// What an HTTP/2 server may send ahead of our reading: of one response, and in all. It is not in the budget.
const HTTP2_WINDOWS: (u32, u32) = (256 << 10, 512 << 10);

/// Prepares a client by the settings.
///
/// # Errors
/// When the User-Agent cannot be sent.
pub(super) fn builder(settings: &config::Fetch) -> Result<ClientBuilder, FetcherError> {
    install_crypto();
    #[expect(clippy::disallowed_methods, reason = "this is the one place where a client is made")]
    let builder = Client::builder();
    Ok(builder
        .user_agent(user_agent(settings)?)
        .redirect(redirect::Policy::none())
        .referer(false)
        // A proxy from the environment would look names up beyond the guard.
        .no_proxy()
        .dns_resolver(Guard::new(&settings.allow_nets))
        .connect_timeout(settings.timeout)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .http2_initial_stream_window_size(HTTP2_WINDOWS.0)
        .http2_initial_connection_window_size(HTTP2_WINDOWS.1)
        .pool_max_idle_per_host(settings.per_host)
        .pool_idle_timeout(settings.spacing.saturating_mul(2).saturating_add(KEPT)))
}

/// `bellwether/VERSION (+URL; contact)`: a product and a comment (RFC 9110 §10.1.5). A contact is a page, an address,
/// or several of them with `;` between; pages have a `+` before them, as is the custom.
fn user_agent(settings: &config::Fetch) -> Result<HeaderValue, FetcherError> {
    let contact = settings.contact.as_deref().unwrap_or_default();
    let parts: Vec<String> = contact
        .split(';')
        .map(|part| part.trim().replace(['(', ')', '\\'], ""))
        .filter(|part| !part.is_empty())
        .map(|part| if part.starts_with("http://") || part.starts_with("https://") { format!("+{part}") } else { part })
        .collect();
    let product = &settings.user_agent;
    let text = if parts.is_empty() { product.clone() } else { format!("{product} ({})", parts.join("; ")) };
    HeaderValue::from_str(&text).map_err(|_| FetcherError::UserAgent(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::test_server::settings;

    #[test]
    fn the_name_is_a_product_and_a_comment() {
        let name = |contact: Option<&str>| {
            let settings = config::Fetch { contact: contact.map(Into::into), ..settings() };
            user_agent(&settings).map(|name| name.to_str().unwrap().to_owned())
        };
        assert_eq!(name(None).unwrap(), "bellwether/0");
        assert_eq!(name(Some(" ; ")).unwrap(), "bellwether/0");
        assert_eq!(name(Some("me@example.org")).unwrap(), "bellwether/0 (me@example.org)");
        let both = name(Some("https://example.org/bot ; (me@example.org)")).unwrap();
        assert_eq!(both, "bellwether/0 (+https://example.org/bot; me@example.org)");
        assert!(matches!(name(Some("a\nb")), Err(FetcherError::UserAgent(_))));
    }
}
