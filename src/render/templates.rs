//! The templates: embedded in the binary, and replaced by an operator's file by file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, escape_formatter};
use serde::Serialize;

use super::RenderError;
use super::words::escape_html;
use super::wrap::wrap;

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        /// Every template by its path below `templates/`, which is also its path in an operator's directory.
        const EMBEDDED: &[(&str, &str)] =
            &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $name)))),*];
    };
}

embedded!(
    "email/confirmation/body.html",
    "email/confirmation/body.txt",
    "email/confirmation/subject.txt",
    "email/edition/body.html",
    "email/edition/body.txt",
    "email/edition/subject.txt",
    "web/archive.html",
    "web/beside.html",
    "web/confirm.html",
    "web/content.html",
    "web/edition.html",
    "web/empty.html",
    "web/how.html",
    "web/join.html",
    "web/layout.html",
    "web/message.html",
    "web/subscribe.html",
    "web/unsubscribe.html",
    "web/unsubscribed.html",
);

/// The style sheet of the web pages, served at `/style.css`.
pub(super) const STYLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/web/style.css"));
const STYLE_NAME: &str = "web/style.css";

#[allow(clippy::expect_used, reason = "constant settings, and a test builds it")]
static SYNTAX: LazyLock<SyntaxConfig> = LazyLock::new(|| {
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().expect("the default delimiters are valid")
});

/// Every template, parsed.
#[derive(Debug)]
pub struct Templates {
    env: Environment<'static>,
    style: String,
}

impl Templates {
    /// The embedded templates, with `overrides` in place of those of the same name.
    ///
    /// Names are paths below the templates' directory with forward slashes: `email/edition/body.html`,
    /// `web/style.css`. Values of `.html` templates are escaped for HTML; what a template asks for and is not there
    /// is an error, so that a misspelt name cannot go out as a hole in a mail.
    ///
    /// # Errors
    /// [`RenderError::UnknownTemplate`] for a name that replaces nothing, [`RenderError::Template`] for one that does
    /// not parse.
    pub fn new(overrides: &BTreeMap<String, String>) -> Result<Self, RenderError> {
        if let Some(name) = overrides.keys().find(|name| !Self::names().any(|known| known == name.as_str())) {
            let known = Self::names().collect::<Vec<_>>().join(", ");
            return Err(RenderError::UnknownTemplate { name: name.clone(), known });
        }
        let mut env = Environment::new();
        env.set_syntax(SYNTAX.clone());
        env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        env.set_auto_escape_callback(|name| if is_html(name) { AutoEscape::Html } else { AutoEscape::None });
        env.set_formatter(format);
        env.add_filter("wrap", |text: &str, first: Option<&str>, rest: Option<&str>| {
            let first = first.unwrap_or_default();
            wrap(text, first, rest.unwrap_or(first))
        });
        for (name, embedded) in EMBEDDED {
            let source = overrides.get(*name).map_or_else(|| (*embedded).to_owned(), Clone::clone);
            env.add_template_owned(*name, source).map_err(|error| failed(name, &error))?;
        }
        let style = overrides.get(STYLE_NAME).map_or_else(|| STYLE.to_owned(), Clone::clone);
        Ok(Self { env, style })
    }

    /// The name of every template that can be replaced.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name).chain([STYLE_NAME])
    }

    /// The embedded templates as they are.
    #[must_use]
    #[allow(clippy::expect_used, clippy::missing_panics_doc, reason = "the texts are compiled in; tests parse them")]
    pub fn embedded() -> Self {
        Self::new(&BTreeMap::new()).expect("the embedded templates parse")
    }

    /// The style sheet of the web pages, the operator's if there is one.
    #[must_use]
    pub fn style(&self) -> &str {
        &self.style
    }

    /// Fills one template.
    ///
    /// # Errors
    /// [`RenderError::Template`] with the line, when the template asks for what `values` does not hold.
    pub fn render<T: Serialize>(&self, name: &str, values: &T) -> Result<String, RenderError> {
        let template = self.env.get_template(name).map_err(|error| failed(name, &error))?;
        template.render(Value::from(Serde(values))).map_err(|error| failed(name, &error))
    }
}

fn is_html(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("html"))
}

/// Absent values leave no trace, and a slash stays a slash, so that addresses can be read in the source.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Ok(());
    }
    match (state.auto_escape(), value.as_str()) {
        (AutoEscape::Html, Some(text)) if !value.is_safe() => Ok(out.write_str(&escape_html(text))?),
        _ => escape_formatter(out, state, value),
    }
}

fn failed(name: &str, error: &Error) -> RenderError {
    let template = error.name().unwrap_or(name).to_owned();
    let place = error.line().map_or_else(String::new, |line| format!(" in line {line}"));
    let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    RenderError::Template { name: template, place, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, text: &str) -> Result<Templates, RenderError> {
        Templates::new(&BTreeMap::from([(name.to_owned(), text.to_owned())]))
    }

    #[derive(Serialize)]
    struct Values {
        title: &'static str,
        absent: Option<String>,
    }
    const VALUES: Values = Values { title: "<b> & \"c\" 'd' a/b", absent: None };

    #[test]
    fn an_operator_replaces_one_file() {
        let templates = with("email/edition/subject.txt", "Weekly: {{ title }}{{ absent }}").unwrap();
        assert_eq!(templates.render("email/edition/subject.txt", &VALUES).unwrap(), "Weekly: <b> & \"c\" 'd' a/b");
        assert_eq!(with(STYLE_NAME, "b{}").unwrap().style(), "b{}");
        assert_eq!(Templates::embedded().style(), STYLE);
    }

    #[test]
    fn html_is_escaped_also_in_attributes() {
        let templates = with("web/message.html", "<i title='{{ title }}'>").unwrap();
        assert_eq!(
            templates.render("web/message.html", &VALUES).unwrap(),
            "<i title='&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; a/b'>"
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let typo = with("web/empty.html", "a\n{{ titel }}").unwrap().render("web/empty.html", &VALUES).unwrap_err();
        assert!(typo.to_string().contains("`web/empty.html` failed in line 2"), "{typo}");
        assert!(with("web/empty.html", "{% if %}").unwrap_err().to_string().contains("line 1"));
        assert!(with("email/editions/body.html", "").unwrap_err().to_string().contains("email/edition/body.html"));
    }
}
