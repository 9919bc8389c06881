//! Random texts that would like to be more than text, the same ones for the same seed.

/// A linear congruential generator.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// What stands in every tag, link and test that a text tries to open.
pub(crate) const PLANTED: &str = "planted";

/// A text of some pieces; now and then one that is long, or blank.
pub(crate) fn text(random: &mut Random) -> String {
    let count = match random.below(20) {
        0 => 0,
        1 => 40,
        few => few,
    };
    let mut text = String::new();
    for _ in 0..count {
        let piece = PIECES[random.below(PIECES.len())];
        match random.below(12) {
            0 => text.push_str(&piece.repeat(1 + random.below(5))),
            1 => text.extend(piece.chars().rev()),
            2 => text.extend(char::from_u32(random.below(0x11_0000) as u32)),
            _ => text.push_str(piece),
        }
        if random.below(3) == 0 {
            text.push_str(JOINTS[random.below(JOINTS.len())]);
        }
    }
    text
}

const JOINTS: &[&str] = &[" ", "\n", "\n\n", "\r\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}", "\u{A0}", "\u{B}", "\u{C}", "  \n", "\\\n"];

const PIECES: &[&str] = &[
    // Code blocks and tests.
    "```\nplanted!();\n```\n", "~~~\nplanted!();\n~~~\n", "~~~rust planted!() ~~~", "\n    planted!();\n", "\n\tplanted!();\n",
    "```rust,should_panic\n", "````\n", "~~~~\n", "```", "~~~", "``", "`", "`` ` ``", "`a\n--|--\nb`", "\n- ~~~\n  planted!();\n", "\n> ```\n> planted!();\n",
    "\n1.      planted!();\n", "# planted!();", "\n```compile_fail,E0001,edition2021,ignore-planted\nplanted!()",
    // Tags.
    "<planted>", "</planted>", "<script>planted()</script>", "<img src=x onerror=planted()>", "<a href=\"javascript:planted()\">x</a>",
    "<!-- planted", "-->", "<![CDATA[planted", "<?planted", "<!PLANTED>", "<div\nclass=planted>", "\n<details planted>\n\n", "<pre planted>\n", "&lt;planted&gt;",
    "&#60;planted&#62;", "&#x3c;planted>", "<br>", "<br/>", "</", "<", ">", "&", "&amp;", "&#0;", "&#x202E;", "&nbsp;", "&#10;", "\"planted=\"", "'planted='",
    // Links and references.
    "[planted](planted.html)", "[planted](javascript:planted())", "[planted][planted]", "\n\n[planted]: planted.html \"planted\"\n\n", "[`Vec`]", "[Vec]", "[planted]",
    "![planted](planted.png)", "[planted](https://planted.example/a)", "[planted](<planted.html>)", "<https://planted.example>", "<http://planted.example>",
    "<planted@planted.example>", "<file:///planted>", "https://planted.example/a_b_c", "http://planted.example", "https://", "https://planted.example/<planted>",
    "https://planted.example/\u{202E}", "[^planted]", "\n\n[^planted]: note\n", "[", "]", "](", "[[", "![", "[planted\n](planted.html)", "[a](file:///planted)", "crate::planted", "[crate::generated]",
    // Blocks.
    "\n# planted\n", "\nplanted\n===\n", "\nplanted\n---\n", "\n***\n", "\n- a\n- b\n  - c\n    - d\n      - e\n", "\n1. a\n2. b\n", "\n99999999999. a\n", "\n* [ ] a\n* [x] b\n",
    "\n> a\n> > b\n", "\n| a | b |\n|---|---|\n| `c | d` | <planted> |\n", "a | b\n--|--\n", "|--|", "\n:--|\n", "---", "===", "+ ", "- ", "#", "1.", "2)", "=", "\n+ a", "\n-",
    // Emphasis.
    "*", "**", "***", "_", "__", "*a*", "**b**", "_c_", "~", "~~d~~", "~e~", "$f$", "^g^", "\\", "\\\\", "\\`", "\\[",
    // Ends of comments and literals, attributes, code.
    "*/", "/*", "///", "//!", "/** planted */", "#![planted]", "#[doc = \"planted\"]", "#[planted]", "\"", "\"#", "\"##", "r#\"", "\");", "})", "{", "}", "{}", "{planted}", "';", "\n}\n", "\nfn planted() {}\n", "\nmod planted;\n", "pub ", "request.", "?;\n", "include_str!(\"planted\")",
    // What can't be seen, and what can.
    "\u{0}", "\u{1B}[31m", "\u{7}", "\u{8}", "\u{7F}", "\u{80}", "\u{AD}", "\u{34F}", "\u{61C}", "\u{115F}", "\u{180E}", "\u{200B}", "\u{200D}", "\u{200E}", "\u{200F}",
    "\u{202A}", "\u{202D}", "\u{202E}", "\u{202C}", "\u{2060}", "\u{2066}", "\u{2067}", "\u{2069}", "\u{2800}", "\u{3164}", "\u{E000}", "\u{E001}", "\u{FE0F}", "\u{FEFF}", "\u{FFA0}", "\u{FFFD}", "\u{FFFE}", "\u{FFFF}",
    "\u{E0041}", "\u{E0100}", "\u{10FFFF}", "e\u{301}", "ü", "日本語", "\u{1F642}", "עברית",
    // Words.
    "planted", "word", "a word", "snake_case", "42", "x.y", "end.", "a, b; c", "it's", "so \"quoted\"", "a -> b", "a...b", "a--b", "50 %", "@planted",
];
