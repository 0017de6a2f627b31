//! A mail that no client clips: what is left out when the HTML would be too large, and in what order.

use super::Rendered;
use crate::mail::message::quoted_printable;
use crate::model::edition::Edition;
use crate::render::RenderError;

/// The HTML is shortened by topic lines beyond this, in bytes as encoded.
const TARGET: usize = 60 * 1024;
/// And by anything but the lead beyond this: Gmail cuts near 102 KB.
const LIMIT: usize = 96 * 1024;

/// `whole` if it is small enough, else the mail of a shorter edition: first without its last lines by topic, then, if
/// that is not enough, without whatever else is missed least.
pub(super) fn within(
    edition: &Edition,
    whole: Rendered,
    render: impl Fn(&Edition) -> Result<Rendered, RenderError>,
) -> Result<Rendered, RenderError> {
    if encoded_len(&whole.html) <= TARGET {
        return Ok(whole);
    }
    let (shorter, mail) = shortened(edition, drop_topic_line, TARGET, &render)?;
    if encoded_len(&mail.html) <= LIMIT {
        return Ok(mail);
    }
    shortened(&shorter, drop_line, LIMIT, &render).map(|(_, mail)| mail)
}

/// The edition and its mail after as few drops as bring it to `size`, or after all that are possible.
fn shortened(
    edition: &Edition,
    drop: fn(&mut Edition) -> bool,
    size: usize,
    render: impl Fn(&Edition) -> Result<Rendered, RenderError>,
) -> Result<(Edition, Rendered), RenderError> {
    let after = |drops: usize| {
        let mut edition = edition.clone();
        for _ in 0..drops {
            drop(&mut edition);
        }
        edition
    };
    let mut spent = edition.clone();
    let mut all = 0;
    while drop(&mut spent) {
        all += 1;
    }
    // Each drop makes the mail smaller, so the fewest that suffice are found by halving.
    let mut best = (render(&spent)?, spent);
    let (mut low, mut high) = (0, all);
    while low < high {
        let middle = low + (high - low) / 2;
        let candidate = after(middle);
        let mail = render(&candidate)?;
        if encoded_len(&mail.html) <= size {
            best = (mail, candidate);
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok((best.1, best.0))
}

/// The bytes that the text takes in its message.
fn encoded_len(text: &str) -> usize {
    quoted_printable::encode(text).len()
}

/// Drops the last line by topic; false when there was none.
fn drop_topic_line(edition: &mut Edition) -> bool {
    while let Some(section) = edition.topics.last_mut() {
        let dropped = section.stories.pop().is_some();
        if section.stories.is_empty() {
            edition.topics.pop();
        }
        if dropped {
            return true;
        }
    }
    false
}

/// Drops what is missed least; false when only the lead and the head are left.
fn drop_line(edition: &mut Edition) -> bool {
    let meet = &mut edition.meet;
    if edition.corrections.len() > 3 {
        return edition.corrections.pop().is_some();
    }
    for events in [&mut meet.calls, &mut meet.conferences, &mut meet.online, &mut meet.near] {
        if events.len() > 1 {
            return events.pop().is_some();
        }
    }
    if meet.changes.len() > 3 {
        return meet.changes.pop().is_some();
    }
    for card in &mut edition.top {
        // The mail shows four; every link beyond a handful of discussions is the page's business.
        if card.discussions.len() > 2 {
            card.discussions.truncate(2);
            return true;
        }
    }
    if edition.top.len() > 1 {
        return edition.top.pop().is_some();
    }
    edition.trends.pop().is_some() || edition.note.take().is_some()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::model::item::Kind;
    use crate::render::email::{Audience, email};
    use crate::render::sample::{card, sample_edition};
    use crate::render::templates::Templates;

    fn mail(edition: &Edition) -> Rendered {
        let base = Url::parse("https://digest.example.org").unwrap();
        let audience = Audience { base_url: Some(&base), ..Audience::default() };
        email(edition, &audience, &Templates::embedded()).unwrap()
    }

    #[test]
    fn a_mail_that_would_be_clipped_is_shortened_by_topic_first() {
        let mut edition = sample_edition();
        for section in &mut edition.topics {
            section.stories.extend((0..50).map(|n| card(&format!("Line {n}"), "Planner notes", Kind::Article)));
        }
        let shorter = mail(&edition);
        assert!(encoded_len(&shorter.html) <= TARGET);
        for part in [&shorter.html, &shorter.text] {
            assert!(part.contains("the whole edition on the web"));
            assert!(part.contains("Tideline Conf") && part.contains("A query planner"), "only lines by topic went");
        }

        edition.top = vec![edition.top[0].clone(); 60];
        let shortest = mail(&edition);
        assert!(encoded_len(&shortest.html) <= LIMIT && shortest.html.contains("Ferrow 5 makes"));
    }
}
