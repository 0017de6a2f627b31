//! Who may post: the browser says which page a request comes from. Decision 10 tells why this is enough.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt as _;
use url::Url;

use super::error::PageError;
use super::{BODY, Pages, Post};

/// So much of a body that is too large is still read, so that the client, done with sending, hears why.
const DRAINED: usize = 1024 * 1024;

/// Lets a POST through if it is small, and from where its route allows.
pub(super) async fn gate(State((pages, post)): State<(Pages, Post)>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    if declared_length(request.headers()).is_some_and(|length| length > BODY) {
        drain(request).await;
        return PageError::TooLarge.page(&pages);
    }
    let base = pages.app.config.web.base_url.as_ref();
    if post == Post::OurPages && !from_our_pages(request.headers(), base) {
        return PageError::Foreign.page(&pages);
    }
    next.run(request).await
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn drain(request: Request) {
    let mut body = request.into_body().into_data_stream();
    let mut left = DRAINED;
    while let Some(Ok(chunk)) = body.next().await {
        match left.checked_sub(chunk.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// Whether no foreign page made the browser send this. `Sec-Fetch-Site` says it outright; older browsers send `Origin`
/// with every POST; what sends neither is no browser, and holds nothing that a foreign page could abuse.
fn from_our_pages(headers: &HeaderMap, base: Option<&Url>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return true };
    let Ok(origin) = Url::parse(origin) else { return false };
    let of_base = base.is_some_and(|base| base.origin() == origin.origin());
    // Which scheme the browser used is not known behind a web server that ends TLS; the host is.
    let own_host = text(header::HOST.as_str())
        .and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok())
        .is_some_and(|own| own.origin() == origin.origin());
    matches!(origin.scheme(), "http" | "https") && (of_base || own_host)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn ours(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        from_our_pages(&headers.collect(), Some(&Url::parse("https://digest.example.org/d/").unwrap()))
    }

    #[test]
    fn what_the_browser_says_of_the_page_decides() {
        assert!(ours(&[("sec-fetch-site", "same-origin"), ("origin", "https://other.example")]));
        assert!(ours(&[("sec-fetch-site", "none")]));
        for site in ["cross-site", "same-site", "", "Same-Origin"] {
            assert!(!ours(&[("sec-fetch-site", site), ("origin", "https://digest.example.org")]), "{site}");
        }
    }

    #[test]
    fn an_older_browser_says_its_origin() {
        assert!(ours(&[("origin", "https://digest.example.org"), ("host", "127.0.0.1:8080")]));
        assert!(ours(&[("origin", "https://digest.example.org:443")]));
        assert!(ours(&[("origin", "http://localhost:8080"), ("host", "localhost:8080")]));
        assert!(ours(&[("origin", "https://intranet"), ("host", "intranet")]));
        for origin in [
            "https://evil.example",
            "null",
            "",
            "https://digest.example.org.evil.example",
            "https://digest.example.org:8443",
            "http://localhost",
            "file://localhost:8080",
        ] {
            assert!(!ours(&[("origin", origin), ("host", "localhost:8080")]), "{origin}");
        }
    }

    #[test]
    fn what_says_neither_is_no_browser() {
        assert!(ours(&[("host", "digest.example.org"), ("referer", "https://evil.example/")]));
    }
}
