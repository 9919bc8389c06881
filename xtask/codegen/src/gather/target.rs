//! The target of a reference: a file, and a place in it.

use crate::tree::join;

/// A place in a file of a description.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    /// The path from the folder of the first file, with `/` between the steps.
    pub(super) file: String,
    /// A JSON pointer.
    pub(super) pointer: String,
}

impl Target {
    pub(super) fn below(&self, key: &str) -> Self {
        Self {
            file: self.file.clone(),
            pointer: join(&self.pointer, key),
        }
    }
}

/// Why a reference can't be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) what: String,
    pub(super) hint: &'static str,
}

/// Returns whether a reference leads out of its own file.
pub(super) fn is_foreign(target: &str) -> bool {
    !target.starts_with('#')
}

/// Returns the target of a reference that is written in `file`.
pub(super) fn read(reference: &str, file: &str) -> Result<Target, Refused> {
    let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let file = if path.is_empty() {
        file.to_owned()
    } else {
        resolved(path, file)?
    };
    let pointer = decoded(fragment);
    let pointer = pointer.strip_suffix('/').unwrap_or(&pointer);
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(Refused {
            what: format!("`#{fragment}` is not a JSON pointer"),
            hint: "write one such as `#/components/schemas/Thing`",
        });
    }
    Ok(Target {
        file,
        pointer: pointer.to_owned(),
    })
}

fn resolved(path: &str, file: &str) -> Result<String, Refused> {
    let decoded = decoded(path);
    let before_slash = decoded.split('/').next().unwrap_or_default();
    if before_slash.contains(':') || decoded.starts_with("//") {
        return Err(Refused {
            what: format!("`{path}` is an address, and no address is fetched"),
            hint: "save it beside the description, and refer to the file",
        });
    }
    if decoded.starts_with('/') || decoded.contains(['\\', '\0']) {
        return Err(Refused {
            what: format!("`{path}` is not a relative path with `/` between its steps"),
            hint: "write a path relative to the file that contains the reference",
        });
    }
    let mut steps: Vec<&str> = file.split('/').collect();
    steps.pop();
    for step in decoded.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                if steps.pop().is_none() {
                    return Err(Refused {
                        what: format!("`{path}` leads out of the folder of the description"),
                        hint: "put the first file into the folder that holds all the others",
                    });
                }
            }
            step => steps.push(step),
        }
    }
    Ok(steps.join("/"))
}

/// Undoes percent-encoding. An invalid escape stays as it is. If the result is not UTF-8, returns the text unchanged.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = code
            .filter(|digits| *first == b'%' && digits.bytes().all(|c| c.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}
