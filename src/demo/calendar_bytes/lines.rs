//! The content lines of iCalendar: escaped, folded, ended by CRLF (RFC 5545, 3.1 and 3.3.11).

/// The longest line, in octets without its end.
const WIDTH: usize = 75;

#[derive(Default)]
pub(super) struct Lines {
    text: String,
}

impl Lines {
    /// A line whose value stands as it is; `name` may carry parameters.
    pub(super) fn property(&mut self, name: &str, value: &str) {
        let mut width = 0;
        for character in name.chars().chain([':']).chain(value.chars()) {
            if width + character.len_utf8() > WIDTH {
                self.text.push_str("\r\n ");
                width = 1;
            }
            self.text.push(character);
            width += character.len_utf8();
        }
        self.text.push_str("\r\n");
    }

    /// A line whose value is of type TEXT.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let escaped = value
            .replace('\\', "\\\\")
            .replace(';', "\\;")
            .replace(',', "\\,")
            .replace("\r\n", "\\n")
            .replace('\n', "\\n");
        self.property(name, &escaped);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn folded_lines_are_short_and_unfold(value in "\\PC{0,200}") {
            let mut lines = Lines::default();
            lines.property("SUMMARY", &value);
            let text = String::from_utf8(lines.finish()).unwrap();
            prop_assert!(text.split("\r\n").all(|line| line.len() <= WIDTH));
            prop_assert_eq!(text.replace("\r\n ", ""), format!("SUMMARY:{value}\r\n"));
        }
    }

    #[test]
    fn text_is_escaped() {
        let mut lines = Lines::default();
        lines.text("LOCATION", "a, b; c\\d\ne");
        assert_eq!(lines.finish(), b"LOCATION:a\\, b\\; c\\\\d\\ne\r\n");
    }
}
