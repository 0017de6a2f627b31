//! An edition as JSON: the stored value itself, for programs.

use super::RenderError;
use crate::model::edition::Edition;

/// The whole edition, indented, with a line end; the same edition gives the same bytes.
///
/// # Errors
/// [`RenderError::Json`]: with the types as they are it does not happen.
pub fn json(edition: &Edition) -> Result<String, RenderError> {
    serde_json::to_string_pretty(edition)
        .map(|text| text + "\n")
        .map_err(|source| RenderError::Json { edition: edition.name.clone(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::sample_edition;

    #[test]
    fn nothing_is_lost() {
        let text = json(&sample_edition()).unwrap();
        assert_eq!(serde_json::from_str::<Edition>(&text).unwrap(), sample_edition());
        assert_eq!(text, json(&sample_edition()).unwrap());
        assert!(text.contains("Ten clouds you will not believe"), "what rules kept out goes in as it is");
    }
}
