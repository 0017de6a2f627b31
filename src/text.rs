//! Words out of markup, and words compared with words. Pure, linear in the length of the text, and free of
//! panics whatever comes.

mod excerpt;
mod plain;
mod reference;
mod words;

pub(crate) use excerpt::{ends_sentence, without_ellipsis};
pub use excerpt::{excerpt, sentences};
pub(crate) use plain::{Tidy, is_line_of_ascii};
pub use plain::{plain, tidy};
pub(crate) use words::nfkc;
pub use words::{fold, reading_minutes, words, words_of};
