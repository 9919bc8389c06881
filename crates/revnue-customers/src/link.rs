//! The link to a further page, and the call that follows it.

use customer_api_core::{
    BaseUrl, Operation, OperationInfo,
    error::{DecodeError, ValidationError},
    pages::{NextLink, PagesError, PagesErrorKind},
    request::Encoder,
    response::{FromBody, ResponseBody},
};

use crate::{CustomerPage, ListCustomers, Revnue};

/// Accepts a link if it leads to the list itself and to the same company.
pub(crate) fn check(
    link: &str,
    (base, path): (&BaseUrl, &str),
    rebase: bool,
    company: u64,
) -> Result<NextLink, PagesError> {
    let link = if rebase {
        NextLink::query_of(link)
    } else {
        NextLink::check(base, path, link)
    }?;
    let company = company.to_string();
    if companies(&link).any(|other| other != company) {
        return Err(PagesError::new(
            PagesErrorKind::ForeignLink,
            "the link to the next page leads to another company and was not followed",
        ));
    }
    Ok(link)
}

fn companies(link: &NextLink) -> impl Iterator<Item = String> {
    form_urlencoded::parse(link.query().as_bytes())
        .filter(|(name, _)| name == "company")
        .map(|(_, value)| value.into_owned())
}

/// Reads a further page of [`ListCustomers`]. The query is that of the link, plus the company if the link does not name it.
#[derive(Debug)]
pub(crate) struct FurtherCustomers {
    company: Option<u64>,
}

impl FurtherCustomers {
    pub(crate) fn new(link: &NextLink, company: u64) -> Self {
        let is_named = companies(link).next().is_some();
        Self {
            company: (!is_named).then_some(company),
        }
    }
}

impl Operation for FurtherCustomers {
    type Service = Revnue;
    type Output = CustomerPage;
    const INFO: &'static OperationInfo = &ListCustomers::INFO;

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        if let Some(company) = self.company {
            request.query("company", company);
        }
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<CustomerPage, DecodeError> {
        FromBody::<Self>::from_body(body)
    }
}
