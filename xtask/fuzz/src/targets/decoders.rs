use crate::{assert_unquoted, offline, response::LONGEST};

/// No body makes a decoder panic, and no decode error quotes its body. The two `Debug` outputs of a decoded value are
/// together at most 600 times as long as the body, plus 4,000 bytes.
pub(super) fn run(body: &[u8]) {
    let body = body.get(..4 * LONGEST).unwrap_or(body);
    for operation in offline::operations() {
        match (operation.decode)(body) {
            Ok(printed) => {
                // Even the shortest value is printed with the property names around it. It is printed twice: on one
                // line, and indented.
                let longest = 4_000 + 600 * body.len();
                let (id, length) = (operation.info.id, printed.len());
                assert!(length <= longest, "{id}: {length} of {}", body.len());
            }
            Err(error) => {
                assert_unquoted(&format!("{error} {error:?} {error:#?}"));
                assert!(error.path().len() <= 200);
            }
        }
    }
}
