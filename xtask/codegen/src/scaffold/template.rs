//! Makes the files of a new crate from the texts in `templates`, which contain marks like `@name@`.

/// Returns a template with values in place of its marks. A value is never searched for marks.
///
/// If a mark is alone on its line, its value replaces the line. The value may have several lines, and the last line break is optional.
/// An empty value removes the line.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for line in template.split_inclusive('\n') {
        let alone = value(values, line.trim().strip_prefix('@').unwrap_or_default());
        match alone {
            Some(("", "")) => {}
            Some((value, "")) => {
                out.push_str(value);
                if !value.ends_with('\n') {
                    out.push('\n');
                }
            }
            _ => fill_line(line, values, &mut out),
        }
    }
    out
}

fn fill_line(line: &str, values: &[(&str, &str)], out: &mut String) {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('@') {
        out.push_str(before);
        if let Some((value, behind)) = value(values, after) {
            out.push_str(value);
            rest = behind;
        } else {
            out.push('@');
            rest = after;
        }
    }
    out.push_str(rest);
}

/// If `text` begins with the name of a mark and `@`, returns the value of the mark and the text after the `@`. Otherwise returns `None`.
fn value<'a, 'b>(values: &[(&str, &'a str)], text: &'b str) -> Option<(&'a str, &'b str)> {
    values.iter().find_map(|(name, value)| {
        let behind = text.strip_prefix(name)?.strip_prefix('@')?;
        Some((*value, behind))
    })
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn marks_are_replaced_once() {
        let values = [("a", "@b@"), ("b", "two"), ("none", "")];
        assert_eq!(fill("x@a@, @b@@none@.\n", &values), "x@b@, two.\n");
    }

    #[test]
    fn a_mark_alone_is_a_whole_line_or_none() {
        let values = [("one", "1\n"), ("two", "2\n2"), ("none", "")];
        let template = "a\n  @none@\n@one@\n@two@\nb\n";
        assert_eq!(fill(template, &values), "a\n1\n2\n2\nb\n");
    }

    #[test]
    fn other_marks_stay() {
        assert_eq!(
            fill("a@b.example @c@\n", &[("a", "1")]),
            "a@b.example @c@\n"
        );
    }
}
