//! Reads CommonMark, and writes the kept parts as pieces.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd, TextMergeStream};

use super::{BREAK, code, is_of_address, link};
use crate::visible::shown;

/// A paragraph, perhaps in a list.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The prefix of its first line: indentation, and an item's marker.
    pub(super) marker: String,
    /// The prefix of its other lines.
    pub(super) indent: String,
    pub(super) words: String,
    /// Whether the block follows the previous block without an empty line.
    pub(super) is_joined: bool,
}

impl Block {
    pub(super) fn own(words: &str) -> Self {
        Self {
            words: words.to_owned(),
            ..Self::default()
        }
    }
}

/// The deepest level of nested lists. Deeper items are written at this level.
const DEEPEST: usize = 3;

/// An item that is being read.
struct Item {
    /// Its marker, and whether the marker was written.
    marker: String,
    is_written: bool,
    /// Whether no empty line is needed before it.
    is_joined: bool,
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// The pieces of the paragraph that is being read.
    words: String,
    /// Marks of emphasis that are written before the next word.
    pending: String,
    strong: usize,
    emphasis: usize,
    /// The number of the next item (`None` in a list without numbers), and whether it is the list's first.
    lists: Vec<(Option<u64>, bool)>,
    items: Vec<Item>,
    /// The targets of the links that are being read, and where their words begin.
    links: Vec<(String, usize)>,
    /// Whether a block of code is being read.
    in_code: bool,
    cells: usize,
}

pub(super) fn read(text: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in TextMergeStream::new(Parser::new_ext(text, Options::ENABLE_TABLES)) {
        reader.event(event);
    }
    reader.finish();
    reader.blocks
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => {
                for line in text.lines().filter(|line| !line.trim().is_empty()) {
                    self.piece(&code(line.trim_end()));
                    self.end_line();
                }
            }
            Event::Text(text) => self.text(&text),
            Event::Code(text) => self.piece(&code(&text)),
            Event::Html(html) | Event::InlineHtml(html) => {
                if is_line_break(&html) {
                    self.end_line();
                } else {
                    self.text(&html);
                }
            }
            Event::SoftBreak => self.space(),
            Event::HardBreak => self.end_line(),
            Event::Rule => self.finish(),
            // Events of extensions that are not switched on.
            Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.open_strong(),
            Tag::Emphasis => {
                self.emphasis += 1;
                if self.emphasis == 1 {
                    self.pending.push('*');
                }
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.words.len()));
            }
            Tag::Heading { .. } => {
                self.finish();
                self.open_strong();
            }
            Tag::CodeBlock(kind) => {
                self.finish();
                // The language does not matter.
                let (CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) = kind;
                self.in_code = true;
            }
            Tag::List(first) => {
                self.finish();
                self.lists.push((first, true));
            }
            Tag::Item | Tag::TableHead | Tag::TableRow => {
                self.finish();
                self.open_item();
            }
            Tag::Table(_) => {
                self.finish();
                self.lists.push((None, true));
            }
            Tag::TableCell => {
                if self.cells > 0 {
                    self.space();
                    self.piece("|");
                    self.space();
                }
                self.cells += 1;
            }
            _ => self.finish(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.close_strong(),
            TagEnd::Emphasis => {
                self.emphasis = self.emphasis.saturating_sub(1);
                if self.emphasis == 0 {
                    self.close("*");
                }
            }
            TagEnd::Link | TagEnd::Image => {
                if let Some((url, start)) = self.links.pop() {
                    self.end_link(&url, start);
                }
            }
            TagEnd::Heading(_) => {
                self.close_strong();
                self.finish();
            }
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.finish();
            }
            TagEnd::List(_) | TagEnd::Table => {
                self.finish();
                self.lists.pop();
            }
            TagEnd::Item | TagEnd::TableHead | TagEnd::TableRow => {
                self.finish();
                self.items.pop();
                self.cells = 0;
            }
            TagEnd::TableCell => {}
            _ => self.finish(),
        }
    }

    fn open_strong(&mut self) {
        self.strong += 1;
        if self.strong == 1 {
            self.pending.push_str("**");
        }
    }

    fn close_strong(&mut self) {
        self.strong = self.strong.saturating_sub(1);
        if self.strong == 0 {
            self.close("**");
        }
    }

    /// Ends an emphasis. An emphasis without a word is dropped.
    fn close(&mut self, mark: &str) {
        if let Some(rest) = self.pending.strip_suffix(mark) {
            self.pending.truncate(rest.len());
            return;
        }
        let end = self
            .words
            .trim_end_matches(|c| c == ' ' || BREAK.contains(c))
            .len();
        self.words.insert_str(end, mark);
    }

    fn open_item(&mut self) {
        let (marker, is_joined) = match self.lists.last_mut() {
            Some((Some(number), is_first)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1).min(999_999_999);
                // The first item needs an empty line, because a list that begins with a number other than 1 can't
                // interrupt a paragraph.
                (marker, !std::mem::take(is_first))
            }
            Some((None, is_first)) => {
                *is_first = false;
                ("- ".to_owned(), true)
            }
            None => (String::new(), false),
        };
        self.items.push(Item {
            marker,
            is_written: false,
            is_joined,
        });
    }

    fn space(&mut self) {
        if !self.words.is_empty() && !self.words.ends_with(' ') {
            self.words.push(' ');
        }
    }

    fn end_line(&mut self) {
        self.space();
        self.words.push_str(BREAK);
        self.words.push(' ');
    }

    /// Adds a piece to the word that is being read.
    fn piece(&mut self, piece: &str) {
        // Two adjacent pieces of code would become one, because their backticks would touch.
        if self.words.ends_with('`') && self.pending.is_empty() && piece.starts_with('`') {
            self.words.push(' ');
        }
        let pending = std::mem::take(&mut self.pending);
        self.words.push_str(&pending);
        self.words.push_str(piece);
    }

    fn text(&mut self, text: &str) {
        let text = shown(text);
        let mut rest = text.as_str();
        let mut before = None;
        while let Some(c) = rest.chars().next() {
            let after = rest.get(c.len_utf8()..).unwrap_or_default();
            if c == ' ' {
                self.space();
            } else if let Some(url) = address(rest) {
                self.piece(&link(url));
                rest = rest.get(url.len()..).unwrap_or_default();
                before = Some('/');
                continue;
            } else {
                let is_inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                let next = after.chars().next();
                let is_escaped = match c {
                    '\\' | '`' | '*' | '[' | ']' | '<' | '~' => true,
                    '&' => next.is_none_or(|c| c == '#' || c.is_ascii_alphanumeric()),
                    '_' => !is_inside(before) || !is_inside(next),
                    // If markup between the two halves of an address is dropped, the halves would join into a bare
                    // address, which rustdoc reports. Therefore the slash is escaped.
                    '/' => self.words.ends_with("http:") || self.words.ends_with("https:"),
                    _ => false,
                };
                if is_escaped {
                    self.piece("\\");
                }
                self.piece(c.encode_utf8(&mut [0; 4]));
            }
            before = Some(c);
            rest = after;
        }
    }

    /// Writes a link's target, unless the link's words contain the target. A target inside the description's own site
    /// is omitted, because such a link leads nowhere from here.
    fn end_link(&mut self, url: &str, start: usize) {
        let url = link(url);
        let is_page = url.starts_with('<') || url.starts_with("`http://");
        let words = self.words.get(start..).unwrap_or_default();
        if is_page && !words.contains(&url) {
            let (open, close) = if words.trim().is_empty() {
                ("", "")
            } else {
                ("(", ")")
            };
            self.space();
            self.piece(&format!("{open}{url}{close}"));
        }
    }

    /// Ends the paragraph, if there is one.
    fn finish(&mut self) {
        self.pending.clear();
        if self
            .words
            .split(' ')
            .all(|word| word.is_empty() || word == BREAK)
        {
            self.words.clear();
            return;
        }
        let mut block = Block {
            words: std::mem::take(&mut self.words),
            ..Block::default()
        };
        let depth = self.items.len().min(DEEPEST);
        for item in self.items.iter_mut().take(depth) {
            let space = " ".repeat(item.marker.len());
            if item.is_written {
                block.marker.push_str(&space);
            } else {
                block.marker.push_str(&item.marker);
                block.is_joined = item.is_joined;
            }
            block.indent.push_str(&space);
            item.is_written = true;
        }
        // Only a block in a list can be followed by a block without an empty line.
        block.is_joined &= self
            .blocks
            .last()
            .is_some_and(|last| !last.indent.is_empty());
        self.blocks.push(block);
    }
}

fn is_line_break(html: &str) -> bool {
    let inner = html
        .trim()
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'));
    inner.is_some_and(|inner| {
        inner
            .trim_end_matches('/')
            .trim()
            .eq_ignore_ascii_case("br")
    })
}

/// Returns the address at the beginning of a text.
fn address(text: &str) -> Option<&str> {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return None;
    }
    let end = text.find(|c: char| !is_of_address(c)).unwrap_or(text.len());
    let (word, _) = text.split_at(end);
    let url = word.trim_end_matches([
        '.', ',', ';', ':', ')', ']', '!', '?', '\'', '*', '_', '~', '/',
    ]);
    let slash = word
        .get(url.len()..)
        .is_some_and(|rest| rest.starts_with('/'));
    let url = word.get(..url.len() + usize::from(slash))?;
    let (_, rest) = url.split_once("://")?;
    rest.starts_with(|c: char| c.is_ascii_alphanumeric())
        .then_some(url)
}
