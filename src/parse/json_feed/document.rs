//! A JSON Feed as its text has it, as far as it is asked for: everything else is passed over and never built, so that
//! a document takes no more memory than its text. What is of another kind than it should be is nothing.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::parse::entry::MAX_LIST;
use crate::parse::repair::MAX_ENTRIES;

/// A text that is not empty, trimmed; numbers count as texts.
pub(super) type Text<'t> = Option<Cow<'t, str>>;

/// What a feed says of itself, and its items as far as they were read.
#[derive(Debug, Default)]
pub(super) struct Document<'t> {
    pub(super) version: Text<'t>,
    pub(super) title: Text<'t>,
    pub(super) home_page_url: Text<'t>,
    pub(super) language: Text<'t>,
    pub(super) authors: Authors<'t>,
    pub(super) items: Items<'t>,
}

#[derive(Debug, Default)]
pub(super) struct Items<'t> {
    /// Whether there is a list of them.
    pub(super) listed: bool,
    pub(super) kept: Vec<Item<'t>>,
    /// Some say nothing, or are no items at all.
    pub(super) void: bool,
    /// There are more than [`MAX_ENTRIES`].
    pub(super) more: bool,
}

#[derive(Debug, Default, Hash)]
pub(super) struct Item<'t> {
    pub(super) id: Text<'t>,
    pub(super) url: Text<'t>,
    pub(super) external_url: Text<'t>,
    pub(super) title: Text<'t>,
    pub(super) summary: Text<'t>,
    pub(super) content_html: Text<'t>,
    pub(super) content_text: Text<'t>,
    pub(super) image: Text<'t>,
    pub(super) banner_image: Text<'t>,
    pub(super) date_published: Text<'t>,
    pub(super) date_modified: Text<'t>,
    pub(super) authors: Authors<'t>,
    pub(super) tags: Vec<Cow<'t, str>>,
    pub(super) attachments: Vec<Attachment<'t>>,
}

/// `authors` of version 1.1, `author` of version 1.0: their names.
#[derive(Debug, Default, Hash)]
pub(super) struct Authors<'t> {
    several: Vec<Cow<'t, str>>,
    one: Vec<Cow<'t, str>>,
}

#[derive(Debug, Default, Hash)]
pub(super) struct Attachment<'t> {
    pub(super) url: Text<'t>,
    pub(super) mime_type: Text<'t>,
    pub(super) size_in_bytes: Text<'t>,
}

/// Reads a document; what follows it is not looked at. After an error, what came before it is in `document`.
pub(super) fn read<'t>(text: &'t str, document: &mut Document<'t>) -> Result<(), serde_json::Error> {
    Seed(document).deserialize(&mut serde_json::Deserializer::from_str(text))
}

impl<'t> Authors<'t> {
    pub(super) fn names(&self) -> &[Cow<'t, str>] {
        if self.several.is_empty() { &self.one } else { &self.several }
    }
}

impl Item<'_> {
    fn says_something(&self) -> bool {
        let Self { id, url, external_url, title, summary, content_html, content_text, .. } = self;
        [id, url, external_url, title, summary, content_html, content_text].into_iter().any(Option::is_some)
    }
}

/// What a place in a document makes of what stands there.
trait Place<'de>: Sized {
    fn text(self, _: Cow<'de, str>) {}

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

impl<'de> Place<'de> for &mut Text<'de> {
    fn text(self, text: Cow<'de, str>) {
        let trimmed = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        *self = Some(trimmed).filter(|text| !text.is_empty());
    }
}

impl<'de> Place<'de> for &mut Document<'de> {
    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = next_key(&mut object)? {
            match key.as_deref().unwrap_or_default() {
                "version" => object.next_value_seed(Seed(&mut self.version))?,
                "title" => object.next_value_seed(Seed(&mut self.title))?,
                "home_page_url" => object.next_value_seed(Seed(&mut self.home_page_url))?,
                "language" => object.next_value_seed(Seed(&mut self.language))?,
                "authors" => object.next_value_seed(Seed(Names(&mut self.authors.several)))?,
                "author" => object.next_value_seed(Seed(Names(&mut self.authors.one)))?,
                "items" => object.next_value_seed(Seed(&mut self.items))?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de> Place<'de> for &mut Items<'de> {
    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.listed = true;
        while self.kept.len() < MAX_ENTRIES {
            let mut item = Item::default();
            if list.next_element_seed(Seed(&mut item))?.is_none() {
                return Ok(());
            }
            if item.says_something() {
                self.kept.push(item);
            } else {
                self.void = true;
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            self.more = true;
        }
        Ok(())
    }
}

impl<'de> Place<'de> for &mut Item<'de> {
    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = next_key(&mut object)? {
            let text = match key.as_deref().unwrap_or_default() {
                "id" => &mut self.id,
                "url" => &mut self.url,
                "external_url" => &mut self.external_url,
                "title" => &mut self.title,
                "summary" => &mut self.summary,
                "content_html" => &mut self.content_html,
                "content_text" => &mut self.content_text,
                "image" => &mut self.image,
                "banner_image" => &mut self.banner_image,
                "date_published" => &mut self.date_published,
                "date_modified" => &mut self.date_modified,
                other => {
                    match other {
                        "authors" => object.next_value_seed(Seed(Names(&mut self.authors.several)))?,
                        "author" => object.next_value_seed(Seed(Names(&mut self.authors.one)))?,
                        "tags" => object.next_value_seed(Seed(&mut self.tags))?,
                        "attachments" => object.next_value_seed(Seed(&mut self.attachments))?,
                        _ => drop(object.next_value::<IgnoredAny>()?),
                    }
                    continue;
                }
            };
            object.next_value_seed(Seed(text))?;
        }
        Ok(())
    }
}

impl<'de> Place<'de> for &mut Vec<Cow<'de, str>> {
    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut text = None;
        while list.next_element_seed(Seed(&mut text))?.is_some() {
            self.extend(text.take().filter(|_| self.len() < MAX_LIST));
        }
        Ok(())
    }
}

/// The names of one author, or of several.
struct Names<'a, 't>(&'a mut Vec<Cow<'t, str>>);

impl<'de> Place<'de> for Names<'_, 'de> {
    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Seed(Names(self.0)))?.is_some() {}
        Ok(())
    }

    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut name = None;
        while let Some(key) = next_key(&mut object)? {
            if key.as_deref() == Some("name") {
                object.next_value_seed(Seed(&mut name))?;
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        self.0.extend(name.filter(|_| self.0.len() < MAX_LIST));
        Ok(())
    }
}

impl<'de> Place<'de> for &mut Vec<Attachment<'de>> {
    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            let mut attachment = Attachment::default();
            if list.next_element_seed(Seed(&mut attachment))?.is_none() {
                return Ok(());
            }
            if attachment.url.is_some() && self.len() < MAX_LIST {
                self.push(attachment);
            }
        }
    }
}

impl<'de> Place<'de> for &mut Attachment<'de> {
    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = next_key(&mut object)? {
            match key.as_deref().unwrap_or_default() {
                "url" => object.next_value_seed(Seed(&mut self.url))?,
                "mime_type" => object.next_value_seed(Seed(&mut self.mime_type))?,
                "size_in_bytes" => object.next_value_seed(Seed(&mut self.size_in_bytes))?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

fn next_key<'de, A: MapAccess<'de>>(object: &mut A) -> Result<Option<Text<'de>>, A::Error> {
    let mut key = None;
    Ok(object.next_key_seed(Seed(&mut key))?.map(|()| key))
}

struct Seed<P>(P);

impl<'de, P: Place<'de>> DeserializeSeed<'de> for Seed<P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, P: Place<'de>> Visitor<'de> for Seed<P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.0.text(Cow::Owned(number.to_string()));
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.0.text(Cow::Owned(number.to_string()));
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        // As JSON writes it: `7.0` is no `7`.
        self.0.text(Cow::Owned(serde_json::Value::from(number).to_string()));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.text(Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.0.text(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.0.list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        self.0.object(object)
    }
}
