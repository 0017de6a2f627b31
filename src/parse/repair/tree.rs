//! What encloses what, when the tags do not say so themselves.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash as _, Hasher};

use foldhash::quality::FixedState;

use super::lift;
use super::names::{self, Ns};
use super::token::{Token, Tokens};
use super::{MAX_ENTRIES, Repairs};

/// Elements nested deeper than this are read as part of the one above.
const MAX_DEPTH: usize = 256;
/// Reading stops after this many elements.
const MAX_ELEMENTS: usize = 400_000;
/// Attributes of a whole document; a tree of more would take more memory than a document may.
const MAX_ATTRIBUTES: usize = 800_000;

/// An element and what it holds, in document order.
#[derive(Debug, Default)]
pub(super) struct Element<'a> {
    pub(super) ns: Option<Ns>,
    /// Without prefix, in lower case.
    pub(super) name: Cow<'a, str>,
    pub(super) attributes: Vec<(&'a str, Cow<'a, str>)>,
    pub(super) children: Vec<Node<'a>>,
    /// The document ended before the element did.
    pub(super) cut: bool,
}

/// What an element can hold.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Element(Box<Element<'a>>),
    /// Also that of CDATA sections: all that stands between two tags, in one piece.
    Text(Cow<'a, str>),
}

impl<'a> Element<'a> {
    /// Whether this is that element of that vocabulary.
    pub(super) fn is(&self, ns: Ns, name: &str) -> bool {
        self.ns == Some(ns) && self.name == name
    }

    /// An attribute by its local name, whatever its prefix and case.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let local = |key: &str| {
            let parts = key.len().checked_sub(name.len()).and_then(|at| key.split_at_checked(at));
            parts.is_some_and(|(prefix, local)| {
                local.eq_ignore_ascii_case(name) && (prefix.is_empty() || prefix.ends_with(':'))
            })
        };
        let exact = self.attributes.iter().find(|(key, _)| *key == name);
        exact.or_else(|| self.attributes.iter().find(|(key, _)| local(key))).map(|(_, value)| value.trim())
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Element<'a>> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element.as_ref()),
            Node::Text(_) => None,
        })
    }

    /// All text within, without the markup around it.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.collect(&mut text);
        text.trim().to_owned()
    }

    /// The same, borrowed where it stands in one piece.
    pub(super) fn trimmed(&self) -> Cow<'_, str> {
        match self.children.as_slice() {
            [Node::Text(piece)] => Cow::Borrowed(piece.trim()),
            _ => Cow::Owned(self.text()),
        }
    }

    /// A hash of all that is within.
    pub(super) fn print(&self) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        self.hash_into(&mut hasher);
        hasher.finish()
    }

    fn hash_into(&self, hasher: &mut impl Hasher) {
        (&self.name, &self.attributes, self.children.len()).hash(hasher);
        for node in &self.children {
            match node {
                Node::Element(element) => element.hash_into(hasher),
                Node::Text(piece) => piece.hash(hasher),
            }
        }
    }

    fn collect(&self, text: &mut String) {
        for node in &self.children {
            match node {
                Node::Element(element) => element.collect(text),
                Node::Text(piece) => text.push_str(piece),
            }
        }
    }
}

/// A document: an element without a name that holds whatever stands outermost.
pub(super) struct Tree<'a> {
    pub(super) document: Element<'a>,
    pub(super) repairs: Repairs,
}

/// Builds the tree of any text.
pub(super) fn parse(text: &str) -> Tree<'_> {
    let mut tokens = Tokens::new(text);
    let mut builder = Builder::default();
    let (mut elements, mut attributes_seen) = (0, 0);
    while let Some(token) = tokens.next() {
        match token {
            Token::Start { name, mut attributes, closed } => {
                elements += 1;
                attributes_seen += attributes.len();
                if elements > MAX_ELEMENTS {
                    tokens.repairs.note("more than 400,000 elements: the rest was left out");
                    break;
                }
                if attributes_seen > MAX_ATTRIBUTES {
                    tokens.repairs.note("more than 800,000 attributes: the rest was left out");
                    attributes = Vec::new();
                }
                builder.start(name, attributes, closed, &mut tokens.repairs);
            }
            Token::End { name } => builder.end(name, &mut tokens.repairs),
            Token::Text(text) => builder.text(text),
            Token::Cdata(text) => builder.text(Cow::Borrowed(text)),
        }
        // One more, so that who chooses among them sees that there are more.
        if builder.entries > MAX_ENTRIES {
            builder.close_to(0);
            break;
        }
    }
    let document = builder.finish(&mut tokens.repairs);
    Tree { document, repairs: tokens.repairs }
}

struct Open<'a> {
    raw: &'a str,
    element: Element<'a>,
    prefixes: Vec<&'a str>,
}

#[derive(Default)]
struct Builder<'a> {
    document: Element<'a>,
    open: Vec<Open<'a>>,
    /// For each prefix, what it means here: the innermost declaration last.
    scopes: HashMap<&'a str, Vec<Ns>>,
    too_deep: usize,
    /// Entries that are whole.
    entries: usize,
}

impl<'a> Builder<'a> {
    fn start(&mut self, raw: &'a str, attributes: Vec<(&'a str, Cow<'a, str>)>, closed: bool, repairs: &mut Repairs) {
        if self.open.len() >= MAX_DEPTH {
            repairs.note("nested deeper than 256");
            self.too_deep += usize::from(!closed);
            return;
        }
        let mut prefixes = Vec::new();
        for (key, value) in &attributes {
            let prefix = if *key == "xmlns" { Some("") } else { key.strip_prefix("xmlns:") };
            if let Some(prefix) = prefix {
                // An unknown default namespace is an ornament; an unknown prefix means what it says.
                let unknown = if prefix.is_empty() { Ns::Core } else { Ns::Other };
                self.scopes.entry(prefix).or_default().push(names::by_address(value).unwrap_or(unknown));
                prefixes.push(prefix);
            }
        }
        let (prefix, local) = raw.rsplit_once(':').unwrap_or(("", raw));
        let declared = self.scopes.get(prefix).and_then(|meanings| meanings.last()).copied();
        if declared.is_none() && !prefix.is_empty() {
            repairs.note("undeclared prefix");
        }
        let ns = declared.unwrap_or_else(|| names::by_prefix(prefix));
        let name = lower(local);
        self.make_room(ns, &name, repairs);
        let void = matches!(ns, Ns::Core | Ns::Xhtml) && matches!(name.as_ref(), "br" | "hr" | "img" | "input" | "wbr");
        self.open.push(Open {
            raw,
            element: Element { ns: Some(ns), children: room(ns, &name), name, attributes, cut: false },
            prefixes,
        });
        if closed || void {
            self.pop();
        }
    }

    /// Closes what cannot enclose an element of this name.
    fn make_room(&mut self, ns: Ns, name: &str, repairs: &mut Repairs) {
        let entry = ns == Ns::Core && is_entry(name);
        let plain_field = ns == Ns::Core && matches!(name, "pubdate" | "guid" | "author" | "category" | "comments");
        let field = entry
            || is_leaf(ns, name)
            || plain_field
            || (ns == Ns::Core && matches!(name, "description" | "enclosure" | "content" | "summary"))
            || (ns == Ns::Content && name == "encoded");
        let mut keep = None;
        for (index, open) in self.open.iter().enumerate().rev() {
            let element = &open.element;
            let (ns, open) = (element.ns.unwrap_or(Ns::Other), element.name.as_ref());
            if ns == Ns::Core && is_entry(open) {
                if entry {
                    keep = Some(index);
                }
                break;
            }
            let prose = matches!(open, "description" | "encoded") && matches!(ns, Ns::Core | Ns::Content);
            if (field && is_leaf(ns, open)) || (plain_field && prose) {
                keep = Some(index);
            }
        }
        if let Some(keep) = keep {
            self.abandon(keep, repairs);
        }
    }

    /// Closes what has no end tags, until `depth` elements are open.
    fn abandon(&mut self, depth: usize, repairs: &mut Repairs) {
        repairs.note("missing end tags");
        let prose = self.open.iter().skip(depth).position(|open| lift::is_prose(&open.element)).map(|at| depth + at);
        if let Some(prose) = prose {
            let levels = self.open.len() - 1 - prose;
            self.close_to(prose + 1);
            if let [.., entry, prose] = self.open.as_mut_slice()
                && is_entry(&entry.element.name)
            {
                let lifted = lift::fields(&mut prose.element, levels, &entry.element);
                if !lifted.is_empty() {
                    repairs.note("fields within a description");
                }
                entry.element.children.extend(lifted);
            }
        }
        self.close_to(depth);
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            self.pop();
        }
    }

    fn end(&mut self, raw: &str, repairs: &mut Repairs) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let local = lower(raw.rsplit(':').next().unwrap_or(raw));
        let outer = matches!(local.as_ref(), "item" | "entry" | "items" | "channel" | "feed" | "rss" | "rdf");
        let within = self
            .open
            .iter()
            .rev()
            .take_while(|open| outer || !(open.element.ns == Some(Ns::Core) && is_entry(&open.element.name)));
        let Some(above) = within.into_iter().position(|open| open.raw.eq_ignore_ascii_case(raw)) else {
            repairs.note("end tags without a start");
            return;
        };
        if above > 0 {
            self.abandon(self.open.len() - above, repairs);
        }
        self.pop();
    }

    fn text(&mut self, text: Cow<'a, str>) {
        let Some(open) = self.open.last_mut() else { return };
        let structural = open.element.ns == Some(Ns::Core)
            && matches!(open.element.name.as_ref(), "rss" | "feed" | "channel" | "item" | "entry");
        if text.is_empty() || structural && text.trim().is_empty() {
            return;
        }
        match open.element.children.last_mut() {
            Some(Node::Text(before)) => before.to_mut().push_str(&text),
            _ => push(&mut open.element.children, Node::Text(text)),
        }
    }

    fn pop(&mut self) {
        let Some(open) = self.open.pop() else { return };
        for prefix in open.prefixes {
            if let Some(meanings) = self.scopes.get_mut(prefix) {
                meanings.pop();
            }
        }
        self.entries += usize::from(open.element.ns == Some(Ns::Core) && is_entry(&open.element.name));
        let parent = self.open.last_mut().map_or(&mut self.document, |open| &mut open.element);
        push(&mut parent.children, Node::Element(Box::new(open.element)));
    }

    fn finish(mut self, repairs: &mut Repairs) -> Element<'a> {
        if !self.open.is_empty() {
            repairs.note("the document ends early");
        }
        while let Some(open) = self.open.last_mut() {
            open.element.cut = true;
            // Half an address, an identity or a date would be another one.
            if is_leaf(open.element.ns.unwrap_or(Ns::Other), &open.element.name) {
                self.open.pop();
            } else {
                self.pop();
            }
        }
        self.document
    }
}

/// Entries have about as many fields as that; most other elements hold one thing. Of entries there are few in any
/// document ([`MAX_ENTRIES`]): elements of another name with room to spare could fill the memory.
fn room<'a>(ns: Ns, name: &str) -> Vec<Node<'a>> {
    Vec::with_capacity(if ns == Ns::Core && is_entry(name) { 12 } else { 0 })
}

/// Most room of a list longer than one would stay empty.
fn push<'a>(children: &mut Vec<Node<'a>>, node: Node<'a>) {
    if children.is_empty() {
        children.reserve_exact(1);
    }
    children.push(node);
}

pub(super) fn is_entry(name: &str) -> bool {
    matches!(name, "item" | "entry")
}

/// Elements that hold a line of text and never another field.
pub(super) fn is_leaf(ns: Ns, name: &str) -> bool {
    match ns {
        Ns::Core => matches!(
            name,
            "title" | "link" | "guid" | "id" | "pubdate" | "published" | "updated" | "issued" | "modified" | "comments"
        ),
        Ns::Dc => matches!(name, "title" | "date" | "creator" | "subject"),
        _ => false,
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}
