use customer_api_core::{
    http::StatusCode,
    pages::{PagesError, PagesErrorKind},
    transport::ScriptedTransport,
};
use proof::{Offline as _, Omnidesk, Ravelin, Revnue};
use ravelin_labels::Resume;

use crate::{
    assert_unquoted, offline,
    response::{LONGEST, Spoken, pieces},
};

/// A list has at most as many pages as there are responses, and no link makes the client send the credential to another
/// host. The responses are separated by lines of `===`.
pub(super) fn run(input: &[u8]) {
    let input = input.get(..LONGEST).unwrap_or(input);
    let responses: Vec<Spoken<'_>> = pieces(input)
        .into_iter()
        .take(8)
        .map(|piece| Spoken::read(piece, StatusCode::OK))
        .collect();
    for resume in [Resume::Off, Resume::FromStart, Resume::FromNewest] {
        for rebase in [false, true] {
            let (transport, list) = answering(&responses);
            let client = Ravelin::offline().transport(transport.clone()).build();
            let client = client.expect("the settings are right");
            let since = "2020-01-01T00:00:00Z".parse().unwrap();
            let outcome = offline::run(async {
                let mut pages = client
                    .reviews_since(since)
                    .resume(resume)
                    .rebase_links(rebase);
                let mut count = 0;
                loop {
                    match pages.next_page().await {
                        Ok(Some(page)) => count += 1 + usize::from(format!("{page:?}").is_empty()),
                        Ok(None) => return (count, None),
                        Err(error) => return (count, Some(error)),
                    }
                }
            });
            check(
                outcome,
                list,
                &transport,
                "api.ravelin.com",
                client.base_url().as_str(),
            );
        }
    }
    for rebase in [false, true] {
        let (transport, list) = answering(&responses);
        let client = Revnue::offline().transport(transport.clone()).build();
        let client = client.expect("the settings are right");
        let outcome = offline::run(async {
            let mut pages = client.customers(7).rebase_links(rebase);
            let mut count = 0;
            loop {
                match pages.next_page().await {
                    Ok(Some(page)) => count += 1 + usize::from(format!("{page:?}").is_empty()),
                    Ok(None) => return (count, None),
                    Err(error) => return (count, Some(error)),
                }
            }
        });
        let host = "dashboard-api.revnue.com";
        check(outcome, list, &transport, host, client.base_url().as_str());
        for request in transport.requests() {
            let url = url::Url::parse(&request.uri().to_string()).unwrap();
            let companies = url.query_pairs().filter(|(name, _)| name == "company");
            let companies: Vec<_> = companies.map(|(_, value)| value.into_owned()).collect();
            assert!(!companies.is_empty() && companies.iter().all(|company| company == "7"));
        }
    }
    let (transport, list) = answering(&responses);
    let client = Omnidesk::offline().transport(transport.clone()).build();
    let client = client.expect("the settings are right");
    let outcome = offline::run(async {
        let mut pages = client.customers();
        let mut count = 0;
        loop {
            match pages.next_page().await {
                Ok(Some(page)) => count += 1 + usize::from(format!("{page:?}").is_empty()),
                Ok(None) => return (count, None),
                Err(error) => return (count, Some(error)),
            }
        }
    });
    let host = "account.omnidesk.example";
    check(outcome, list, &transport, host, client.base_url().as_str());
}

fn answering(responses: &[Spoken<'_>]) -> (ScriptedTransport, usize) {
    let transport = ScriptedTransport::new();
    for response in responses {
        transport.push(response.to_response());
    }
    (transport, responses.len())
}

fn check(
    (pages, error): (usize, Option<PagesError>),
    responses: usize,
    transport: &ScriptedTransport,
    host: &str,
    base: &str,
) {
    assert!(pages <= responses, "{pages} pages of {responses} answers");
    let requests = transport.requests();
    assert!(!requests.is_empty());
    let first = requests.first().map(|request| request.uri().path());
    for request in &requests {
        let uri = request.uri();
        assert_eq!(uri.scheme_str(), Some("https"));
        assert_eq!(
            uri.authority().map(|authority| authority.as_str()),
            Some(host)
        );
        assert_eq!(Some(uri.path()), first);
        assert!(uri.to_string().starts_with(base));
    }
    // After the last response, every call fails. Therefore a list that continues ends with an error.
    if let Some(error) = error {
        // Another target checks the provider's own words in the error of a call.
        if !matches!(
            error.kind(),
            PagesErrorKind::Call | PagesErrorKind::Interrupted
        ) {
            assert_unquoted(&error.to_string());
        }
    }
}
