//! Derives Rust names from the description's names by one rule. A number is never appended.

/// Names that a generated type can't have, because they already mean something else in generated code or in a provider
/// crate.
const RESERVED_TYPES: &[&str] = &[
    // Rust's prelude.
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "New",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
    // Names that generated files import or define.
    "Alternative",
    "BTreeMap",
    "Body",
    "Date",
    "Debug",
    "DecodeError",
    "Deserialize",
    "Deserializer",
    "Display",
    "Encoder",
    "FromBody",
    "Hash",
    "Idempotency",
    "Member",
    "Method",
    "Nullable",
    "NumberedPairs",
    "OpenEnum",
    "OpenUnion",
    "Operation",
    "OperationInfo",
    "PrefixedFields",
    "Provenance",
    "Record",
    "Redacted",
    "ResponseBody",
    "Sensitive",
    "Serialize",
    "Serializer",
    "Shape",
    "Shaped",
    "TextRule",
    "Timestamp",
    "Unlisted",
    "UnlistedObject",
    "ValidationError",
    // Names that a new crate's lists in pages, and their tests, import.
    "Fetched",
    "PageSource",
    "PagesError",
    "PagesErrorKind",
    "ScriptedResponse",
    "ScriptedTransport",
    "Unreadable",
    // Names that a provider crate has at its root.
    "Auth",
    "BuildError",
    "Builder",
    "Call",
    "Client",
    "ClientBuilder",
    "Delivery",
    "Error",
    "ErrorKind",
    "List",
    "Output",
    "RateLimiter",
    "Response",
    "RetryPolicy",
    "Service",
    "Session",
    "Transport",
    // A file of this name would be `mod.rs`.
    "Mod",
    // A module of this name would be inside a module of the same name.
    "Models",
    "Operations",
];

/// Method names that would hide another method, or look like an operator.
const RESERVED_METHODS: &[&str] = &[
    "add",
    "as_mut",
    "as_ref",
    "bitand",
    "bitor",
    "bitxor",
    "body_mut",
    "borrow",
    "borrow_mut",
    "clone",
    "cmp",
    "decode",
    "default",
    "deref",
    "deref_mut",
    "div",
    "drop",
    "encode",
    "eq",
    "fmt",
    "from_iter",
    "from_str",
    "hash",
    "index",
    "index_mut",
    "into",
    "into_iter",
    "mul",
    "neg",
    "new",
    "next",
    "not",
    "rem",
    "sensitive",
    "serialize",
    "shl",
    "shr",
    "sub",
    "to_owned",
    "to_string",
    "try_into",
    "unlisted",
];

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

pub(crate) fn is_reserved_type(name: &str) -> bool {
    RESERVED_TYPES.contains(&name)
}

pub(crate) fn is_reserved_method(name: &str) -> bool {
    RESERVED_METHODS.contains(&name)
}

/// The longest name, in bytes. A name becomes a file name, with underscores between its words, and file systems allow
/// 255 bytes.
pub(crate) const LONGEST: usize = 100;

/// Returns whether Windows reserves the name for a device, in every folder and with every extension.
pub(crate) fn is_device(name: &str) -> bool {
    matches!(name, "aux" | "con" | "nul" | "prn")
        || ["com", "lpt"]
            .iter()
            .filter_map(|kind| name.strip_prefix(kind))
            .any(|port| matches!(port.as_bytes(), [b'1'..=b'9']))
}

/// Returns whether a chosen name can be a type or a variant.
pub(crate) fn is_type_name(name: &str) -> bool {
    name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && name != "Self"
}

/// Returns whether a chosen name can be a field.
pub(crate) fn is_field_name(name: &str) -> bool {
    name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !KEYWORDS.contains(&name)
}

/// Returns the `PascalCase` name, or nothing if the name does not begin with a letter or has letters outside ASCII.
pub(crate) fn type_name(name: &str) -> Option<String> {
    let words = words(name)?;
    Some(
        words
            .iter()
            .map(|word| {
                let mut characters = word.chars();
                let first = characters.next().map(|c| c.to_ascii_uppercase());
                first.into_iter().chain(characters).collect::<String>()
            })
            .collect(),
    )
}

/// Returns the `snake_case` name. A keyword gets a final underscore.
pub(crate) fn field_name(name: &str) -> Option<String> {
    let name = words(name)?.join("_");
    Some(if KEYWORDS.contains(&name.as_str()) {
        name + "_"
    } else {
        name
    })
}

/// Returns the `SCREAMING_CASE` name of a `snake_case` name.
pub(crate) fn constant_name(fields: &[&str]) -> String {
    fields
        .iter()
        .map(|field| field.trim_end_matches('_').to_ascii_uppercase())
        .collect::<Vec<_>>()
        .join("_")
}

/// Returns the lower-case words of a name. `customerID`, `customer_id` and `CUSTOMER-ID` have the same two words.
fn words(name: &str) -> Option<Vec<String>> {
    if !name.is_ascii() {
        return None;
    }
    let characters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before: Option<char> = None;
    for (index, &c) in characters.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            before = None;
            continue;
        }
        let after = characters.get(index + 1);
        let begins = match before {
            // `customerId`, and `line2Text`.
            Some(previous) if c.is_ascii_uppercase() => {
                previous.is_ascii_lowercase()
                    || previous.is_ascii_digit()
                    // The `S` of `HTTPServer`.
                    || after.is_some_and(char::is_ascii_lowercase)
            }
            _ => false,
        };
        if begins {
            words.push(std::mem::take(&mut word));
        }
        word.push(c.to_ascii_lowercase());
        before = Some(c);
    }
    words.extend((!word.is_empty()).then_some(word));
    let starts_with_letter = words
        .first()
        .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
    starts_with_letter.then_some(words)
}
