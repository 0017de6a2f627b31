//! The styles of a mail, written into its elements: many mail clients read no style sheet.

use std::sync::LazyLock;

use css_inline::{CSSInliner, InlineOptions};

use super::RenderError;

/// A mail's HTML as it is sent: without the indentation it is written in, each element with its styles. What stands
/// in `<style data-css-inline="keep">` stays. `name` is the template's, for the error.
///
/// # Errors
/// [`RenderError::Inline`]: with the embedded templates it does not happen.
pub(super) fn inlined(name: &'static str, html: &str) -> Result<String, RenderError> {
    INLINER.inline(&compact(html)).map_err(|error| RenderError::Inline { name, what: error.to_string() })
}

static INLINER: LazyLock<CSSInliner<'static>> = LazyLock::new(|| {
    CSSInliner::new(InlineOptions { load_remote_stylesheets: false, minify_css: true, ..InlineOptions::default() })
});

/// Without the indentation and empty lines that a template is written in.
fn compact(html: &str) -> String {
    html.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
