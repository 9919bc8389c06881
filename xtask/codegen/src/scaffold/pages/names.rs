//! The names by which descriptions show how one page leads to the next.

/// Parameters for a cursor: a value from the previous response that leads to the next page.
const CURSORS: &[&str] = &[
    "after",
    "continuation",
    "continuation_token",
    "cursor",
    "marker",
    "next_cursor",
    "next_page_token",
    "next_token",
    "page_after",
    "page_cursor",
    "page_token",
    "scroll_id",
    "start_cursor",
    "starting_after",
];

/// Parameters for the number of a page.
const NUMBERS: &[&str] = &["page", "page_index", "page_no", "page_num", "page_number"];

/// Parameters for the number of items before the page.
const OFFSETS: &[&str] = &["offset", "skip"];

/// Parameters for the maximum number of items on a page.
const SIZES: &[&str] = &[
    "count",
    "limit",
    "max",
    "max_results",
    "page_limit",
    "page_size",
    "pagesize",
    "per_page",
    "perpage",
    "size",
    "take",
    "top",
];

/// Members with a link to the next page.
const LINKS: &[&str] = &[
    "next",
    "next_link",
    "next_page",
    "next_page_link",
    "next_page_url",
    "next_uri",
    "next_url",
];

/// Members that state whether another page follows.
const MORE: &[&str] = &["has_more", "has_next", "has_next_page", "more"];

/// Members with the number of pages.
const PAGES: &[&str] = &[
    "last_page",
    "num_pages",
    "page_count",
    "pages",
    "total_pages",
];

/// Returns a name in one spelling: `pageToken`, `page-token` and `page[token]` are `page_token`.
pub(super) fn plain(name: &str) -> String {
    let mut out = String::new();
    let mut was_lower = false;
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            if letter.is_uppercase() && was_lower {
                out.push('_');
            }
            out.extend(letter.to_lowercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
        was_lower = letter.is_lowercase() || letter.is_ascii_digit();
    }
    out.trim_end_matches('_').to_owned()
}

pub(super) fn is_cursor(name: &str) -> bool {
    CURSORS.contains(&&*plain(name))
}

pub(super) fn is_number(name: &str) -> bool {
    NUMBERS.contains(&&*plain(name))
}

pub(super) fn is_offset(name: &str) -> bool {
    OFFSETS.contains(&&*plain(name))
}

pub(super) fn is_size(name: &str) -> bool {
    SIZES.contains(&&*plain(name))
}

pub(super) fn is_link(name: &str) -> bool {
    LINKS.contains(&&*plain(name))
}

/// Returns whether the name of a member identifies it as a link.
pub(super) fn states_link(name: &str) -> bool {
    let name = plain(name);
    ["_link", "_uri", "_url"]
        .iter()
        .any(|end| name.ends_with(end))
}

pub(super) fn is_more(name: &str) -> bool {
    MORE.contains(&&*plain(name))
}

pub(super) fn is_pages(name: &str) -> bool {
    PAGES.contains(&&*plain(name))
}

/// Returns whether a member contains details about the pages of a list. The `pages` of a `book` are others.
pub(super) fn is_about_pages(name: &str) -> bool {
    let name = plain(name);
    ["info", "list", "meta", "pag", "result"]
        .iter()
        .any(|part| name.contains(part))
}

/// Returns whether a member is the number of the last page.
pub(super) fn is_last(name: &str) -> bool {
    plain(name) == "last_page"
}

/// Returns whether a member contains the next value of a parameter: `next_cursor` for `cursor` or `start_cursor`.
pub(super) fn is_next(member: &str, parameter: &str) -> bool {
    let (member, parameter) = (plain(member), plain(parameter));
    let Some(what) = member.strip_prefix("next_") else {
        return false;
    };
    let stem = parameter.strip_prefix("next_").unwrap_or(&parameter);
    let stem = stem.strip_prefix("start_").unwrap_or(stem);
    what == stem || (what == "cursor" && parameter == "page_cursor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_every_spelling() {
        for name in [
            "pageToken",
            "page_token",
            "PageToken",
            "page-token",
            "page[token]",
        ] {
            assert_eq!(plain(name), "page_token", "{name}");
        }
        assert_eq!(plain("$skip"), "skip");
    }

    #[test]
    fn the_next_value_has_the_name_of_its_parameter() {
        for (member, parameter) in [
            ("next_cursor", "cursor"),
            ("nextCursor", "cursor"),
            ("next_cursor", "start_cursor"),
            ("nextPageToken", "pageToken"),
            ("next_token", "next_token"),
            ("next_page", "page"),
            ("next_cursor", "page[cursor]"),
        ] {
            assert!(is_next(member, parameter), "{member} {parameter}");
        }
        for (member, parameter) in [
            ("cursor", "cursor"),
            ("next", "cursor"),
            ("next_cursor", "page"),
            ("previous_cursor", "cursor"),
        ] {
            assert!(!is_next(member, parameter), "{member} {parameter}");
        }
    }
}
