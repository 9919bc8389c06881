use customer_api_core::{bytes::Bytes, http::StatusCode, response::ResponseBody, service::Verdict};

use crate::{
    assert_unquoted, offline,
    response::{LONGEST, Spoken},
};

/// A provider's own code for responses never panics, returns the same result every time, and shows nothing of the
/// response in `Debug`. If no body arrived, the verdict is neither `Refused` nor `Doubtful`.
pub(super) fn run(input: &[u8]) {
    let input = input.get(..LONGEST).unwrap_or(input);
    let Spoken {
        status,
        headers,
        body,
    } = Spoken::read(input, StatusCode::BAD_REQUEST);
    let response = ResponseBody::new(Bytes::copy_from_slice(body));
    let mut last = "";
    for operation in offline::operations() {
        let (service, info) = (&operation.service, operation.info);
        if service.name() != last {
            last = service.name();
            let details = service.read_error(status, &headers, body);
            assert_unquoted(&format!("{details:?} {details:#?}"));
        }
        let verdict = service.classify_success(info, Some(&response));
        assert_unquoted(&format!("{verdict:?} {verdict:#?}"));
        let is_accepted = service.accept_undecodable(info, &response);
        assert_eq!(service.accept_undecodable(info, &response), is_accepted);
        let missing = service.classify_success(info, None);
        let judged = matches!(missing, Verdict::Refused(_) | Verdict::Doubtful(_));
        assert!(!judged, "{}", info.id);
    }
}
