//! What people and broken connections do to JSON, undone: a comma too many, a line break within a string, an end that
//! never came. One pass, linear.

/// The text as JSON has it, and what was mended, in words. What cannot be mended stays as it is.
pub(super) fn mend(text: &str) -> (String, Vec<&'static str>) {
    let mut mender = Mender { out: String::with_capacity(text.len()), ..Mender::default() };
    let mut rest = text;
    while let Some(at) = rest.find(['"', ',', '[', ']', '{', '}']) {
        let (between, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        mender.between(between);
        let sign = tail.chars().next().unwrap_or_default();
        rest = tail.get(1..).unwrap_or_default();
        if sign == '"' {
            let Some(behind) = mender.string(rest) else { break };
            rest = behind;
        } else {
            mender.sign(sign);
        }
        if mender.open.is_empty() {
            break;
        }
    }
    mender.finish()
}

#[derive(Default)]
struct Mender {
    out: String,
    /// The brackets that are open.
    open: Vec<char>,
    /// Where the last comma stands, while nothing has followed it.
    comma: Option<usize>,
    /// Where the document could end if it had to, and whether within a list of the outermost object.
    end: Option<(usize, bool)>,
    repairs: Vec<&'static str>,
}

impl Mender {
    fn note(&mut self, what: &'static str) {
        if !self.repairs.contains(&what) {
            self.repairs.push(what);
        }
    }

    fn between(&mut self, text: &str) {
        self.out.push_str(text);
        if !text.trim().is_empty() {
            self.comma = None;
        }
    }

    fn sign(&mut self, sign: char) {
        match sign {
            '[' | '{' => self.open.push(sign),
            ']' | '}' => {
                if let Some(comma) = self.comma {
                    self.out.truncate(comma);
                    self.note("a comma too many");
                }
                self.open.pop();
            }
            _ => self.may_end(),
        }
        self.comma = (sign == ',').then_some(self.out.len());
        self.out.push(sign);
        if matches!(sign, ']' | '}' | '[') {
            self.may_end();
        }
    }

    /// Here a value is whole, one of the outermost object or of a list of it, or such a list begins.
    fn may_end(&mut self) {
        match self.open.as_slice() {
            ['{'] => self.end = Some((self.out.len(), false)),
            ['{', '['] => self.end = Some((self.out.len(), true)),
            _ => {}
        }
    }

    /// Reads a string behind its first quote; what follows it, or `None` where it never ends.
    fn string<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        self.out.push('"');
        self.comma = None;
        let mut rest = text;
        loop {
            let at = rest.find(['"', '\\', '\n', '\r', '\t'])?;
            let (plain, tail) = rest.split_at_checked(at)?;
            self.out.push_str(plain);
            let mut signs = tail.chars();
            match signs.next()? {
                '"' => {
                    self.out.push('"');
                    return Some(signs.as_str());
                }
                '\\' => {
                    self.out.push('\\');
                    self.out.push(signs.next()?);
                }
                sign => {
                    self.out.push_str(match sign {
                        '\n' => "\\n",
                        '\r' => "\\r",
                        _ => "\\t",
                    });
                    self.note("line breaks within strings");
                }
            }
            rest = signs.as_str();
        }
    }

    fn finish(mut self) -> (String, Vec<&'static str>) {
        if !self.open.is_empty()
            && let Some((end, in_list)) = self.end
        {
            self.out.truncate(end);
            self.out.push_str(if in_list { "]}" } else { "}" });
            self.note("the document ends early");
        }
        (self.out, self.repairs)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mended(text: &str) -> String {
        mend(text).0
    }

    #[test]
    fn commas_line_breaks_and_missing_ends() {
        assert_eq!(mended(r#"{"a":[1,2 , ],"b":{"c":",]",},}"#), r#"{"a":[1,2 ],"b":{"c":",]"}}"#);
        assert_eq!(mended("{\"a\":\"b\n\\\"c\"}"), r#"{"a":"b\n\"c"}"#);
        assert_eq!(mended(r#"{"a":[{"b":1},{"b":2},{"b":"#), r#"{"a":[{"b":1},{"b":2}]}"#);
        assert_eq!(mended(r#"{"a":[{"b":1},{"b":[1,"2"#), r#"{"a":[{"b":1}]}"#);
        assert_eq!(mended(r#"{"a":"1","b":"2"#), r#"{"a":"1"}"#);
        assert_eq!(mended(r#"{"a":[{"b":{"c"#), r#"{"a":[]}"#);
        assert_eq!(mended(r#"{"a":1} and more"#), r#"{"a":1}"#);
        assert_eq!(mended(r#"{"a"#), "{\"");
    }

    proptest! {
        #[test]
        fn sound_json_stays_as_it_is(text in "[a-z\"\\\\,{}\\[\\]\u{e9} ]{0,9}", numbers in prop::collection::vec(any::<f64>(), 0..4)) {
            let json = serde_json::json!({ "a": text, "b": [{ "c": numbers }, text], text: {} }).to_string();
            prop_assert_eq!(mend(&json), (json, Vec::new()));
        }

        #[test]
        fn a_document_cut_anywhere_in_its_list_is_mended(at in 7_usize..60) {
            let whole = r#"{"a":1,"items":[{"b":"x,]"},{"b":[1,{"c":2}]},{"b":"\"y"}],"d":"é"}"#;
            let cut = whole.get(..whole.floor_char_boundary(at)).unwrap();
            let value: serde_json::Value = serde_json::from_str(&mended(cut)).unwrap();
            prop_assert_eq!(&value["a"], 1);
        }

        #[test]
        fn nothing_panics(text in "([\"\\\\,:\\[\\]{}\n]|[a-z]|\\PC){0,40}") {
            let _ = mend(&text);
        }
    }
}
