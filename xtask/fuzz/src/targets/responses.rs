use customer_api_core::{Delivery, ErrorKind, http::StatusCode};

use crate::{
    offline,
    response::{LONGEST, Spoken},
};

/// The longest line that an error may print: the provider's message, code, trace id and redirect target, with our words
/// around them. Each part has its own limit in characters, and a character has up to four bytes.
const LONGEST_LINE: usize = 4 * (2_000 + 2_000 + 200 + 200) + 2_000;

/// A response arrived, so no error reports that the call was not sent. An error prints one bounded line, and the part
/// of the body that it keeps is bounded too.
pub(super) fn run(input: &[u8]) {
    let input = input.get(..2 * LONGEST).unwrap_or(input);
    let spoken = Spoken::read(input, StatusCode::OK);
    let operations = offline::operations();
    // One operation of every provider. The input selects the operation.
    let lot = input.iter().fold(input.len(), |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    let mut names: Vec<&str> = operations.iter().map(|one| one.service.name()).collect();
    names.dedup();
    for name in names {
        let of_provider: Vec<_> = operations
            .iter()
            .filter(|operation| operation.service.name() == name)
            .collect();
        let Some(operation) = of_provider.get(lot % of_provider.len()) else {
            continue;
        };
        let outcome = operation.call(|| spoken.to_response());
        let id = operation.info.id;
        assert!((1..=3).contains(&outcome.attempts), "{id}: {outcome:?}");
        let Some(error) = outcome.error else {
            assert!(spoken.status.is_success(), "{id}: {}", spoken.status);
            continue;
        };
        // A 401 proves that nothing was processed. Then the client may log in again, and the login gets the same 401.
        // Therefore the error may report that the call was not sent.
        if error.kind() == ErrorKind::Authentication && spoken.status == StatusCode::UNAUTHORIZED {
            continue;
        }
        assert_ne!(error.delivery(), Delivery::NotSent, "{id}: {error:?}");
        assert_eq!(error.status(), Some(spoken.status.as_u16()), "{id}");
        let line = error.to_string();
        assert!(!line.contains(char::is_control), "{id}: {line:?}");
        assert!(line.len() <= LONGEST_LINE, "{id}: {}", line.len());
        assert!(format!("{error:?}").len() <= 12 * LONGEST_LINE, "{id}");
        assert!(error.body().unwrap_or_default().len() <= LONGEST, "{id}");
    }
}
