//! Every route that there is, as one table: the router is built from it, and so are the tests.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get};

use super::{Pages, confirm, editions, error, origin, subscribe, unsubscribe};

/// An address, or a family of them. All answer GET and HEAD.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// What it answers to, a part that varies in braces.
    pub path: &'static str,
    /// One address that it answers to.
    pub example: &'static str,
    pub post: Post,
    handlers: fn() -> MethodRouter<Pages>,
}

/// Who may post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// It does not take POST.
    Nobody,
    /// Our own pages, and programs that are no browser; see [`origin`].
    OurPages,
    /// Anyone from anywhere: what the address itself holds is the permission (RFC 8058).
    Anyone,
}

impl Route {
    /// The methods that it takes; any other is answered with 405.
    #[must_use]
    pub fn methods(&self) -> &'static [&'static str] {
        match self.post {
            Post::Nobody => &["GET", "HEAD"],
            Post::OurPages | Post::Anyone => &["GET", "HEAD", "POST"],
        }
    }
}

/// Every route.
pub const ROUTES: &[Route] = &[
    Route { path: "/", example: "/", post: Post::Nobody, handlers: || get(editions::latest) },
    Route { path: "/editions", example: "/editions", post: Post::Nobody, handlers: || get(editions::archive) },
    Route {
        path: "/editions/{name}",
        example: "/editions/2026-W47",
        post: Post::Nobody,
        handlers: || get(editions::edition),
    },
    Route {
        path: "/events/{file}",
        example: "/events/0123456789abcdef.ics",
        post: Post::Nobody,
        handlers: || get(editions::event),
    },
    Route { path: "/feed.atom", example: "/feed.atom", post: Post::Nobody, handlers: || get(editions::feed) },
    Route { path: "/how", example: "/how", post: Post::Nobody, handlers: || get(editions::how) },
    Route { path: "/style.css", example: "/style.css", post: Post::Nobody, handlers: || get(editions::style) },
    Route { path: "/healthz", example: "/healthz", post: Post::Nobody, handlers: || get(editions::health) },
    Route {
        path: "/subscribe",
        example: "/subscribe",
        post: Post::OurPages,
        handlers: || get(subscribe::show).post(subscribe::act),
    },
    Route {
        path: "/subscribe/sent",
        example: "/subscribe/sent",
        post: Post::Nobody,
        handlers: || get(subscribe::sent),
    },
    Route {
        path: "/confirm/{token}",
        example: "/confirm/AAAA",
        post: Post::OurPages,
        handlers: || get(confirm::show).post(confirm::act),
    },
    Route {
        path: "/unsubscribe/{token}",
        example: "/unsubscribe/AAAA",
        post: Post::Anyone,
        handlers: || get(unsubscribe::show).post(unsubscribe::act),
    },
];

pub(super) fn router(pages: &Pages) -> Router<Pages> {
    ROUTES
        .iter()
        .fold(Router::new(), |router, route| {
            let gate = from_fn_with_state((pages.clone(), route.post), origin::gate);
            router.route(route.path, (route.handlers)().layer(gate))
        })
        .method_not_allowed_fallback(error::other_method)
        .fallback(error::nowhere)
}
