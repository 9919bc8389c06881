//! The calls with a body. The expected bodies come from the provider's pages, not from the description.

use customer_api_core::operation::Operation;
use revnue_customers::{
    ContactType, Date, NewContactPerson, NewField, NewTemplate, Nullable, ReplaceCustomer, Revnue,
    UpdateCustomer,
};

use super::request;
use crate::support::sent;

/// A text with all characters that an encoder could get wrong, and the same text in JSON.
const AWKWARD: &str = "+64 \"a\" & b=c; 100% \\ é 🙂\r\n\u{7f}</x>";
const AWKWARD_JSON: &str = "+64 \\\"a\\\" & b=c; 100% \\\\ é 🙂\\r\\n\u{7f}</x>";

async fn assert_json(operation: impl Operation<Service = Revnue>, line: &str, body: &str) {
    assert_eq!(sent(operation).await, request(line, Some(body)));
}

/// Every field except `company` and `name`, by the provider's names, in a complete record.
const EVERY_FIELD: &str = concat!(
    r#""category":17,"#,
    r#""contact_person":{"name":"Maya Okafor","email":"maya@shop.example","type":"billing"},"#,
    r#""address_line_1":"18 Harbour Lane","address_line_2":"Unit 4","city":"Portland","#,
    r#""state_province":"Oregon","zip_postal_code":"97203","country":3,"phone":"+1 503","#,
    r#""mobile":"+1 504","fax":"+1 505","website":"https://harbour.example","#,
    r#""general_description":"one","supplementary_description":"two","additional_description":"three","#,
    r#""nda_signed":true,"msa_signed":false,"nda_signed_date":"2023-04-17","msa_signed_date":"5/2/23","#,
    r#""template":{"id":9,"fields":[{"id":1,"value":"250000.00"},{"id":2,"value":12},{"id":3,"value":-1.5},{"id":4,"value":null}]}"#,
);

fn contact() -> NewContactPerson {
    NewContactPerson::new()
        .name("Maya Okafor")
        .email("maya@shop.example")
        .contact_type(ContactType::Billing)
}

fn template() -> NewTemplate {
    let fields = [
        NewField::new(1, "250000.00"),
        NewField::new(2, 12),
        NewField::new(3, -1.5),
        NewField::new(4, ()),
    ];
    NewTemplate::new(9, fields)
}

fn date() -> Date {
    "2023-04-17".parse().unwrap()
}

/// Sets every field of the operation except `name`.
macro_rules! with_every_field {
    ($operation:expr) => {
        $operation
            .template(template())
            .msa_signed_date_text("5/2/23")
            .nda_signed_date(date())
            .msa_signed(false)
            .nda_signed(true)
            .additional_description("three")
            .supplementary_description("two")
            .general_description("one")
            .website("https://harbour.example")
            .fax("+1 505")
            .mobile("+1 504")
            .phone("+1 503")
            .country(3)
            .zip_postal_code("97203")
            .state_province("Oregon")
            .city("Portland")
            .address_line_2("Unit 4")
            .address_line_1("18 Harbour Lane")
            .contact_person(contact())
            .category(17)
    };
}

#[tokio::test]
async fn replace_customer() {
    let line = "PUT /api/v2/customer/4211";
    let bare = ReplaceCustomer::new(4211, 7, "Harbour");
    assert_json(bare.clone(), line, r#"{"company":7,"name":"Harbour"}"#).await;
    let body = format!(r#"{{"company":7,"name":"Harbour",{EVERY_FIELD}}}"#);
    assert_json(with_every_field!(bare), line, &body).await;
    let awkward = ReplaceCustomer::new(u64::MAX, 1, AWKWARD)
        .nda_signed_date_text("")
        .msa_signed_date(date());
    let body = format!(
        r#"{{"company":1,"name":"{AWKWARD_JSON}","nda_signed_date":"","msa_signed_date":"2023-04-17"}}"#
    );
    assert_json(awkward, "PUT /api/v2/customer/18446744073709551615", &body).await;
}

#[tokio::test]
async fn update_customer() {
    let line = "PATCH /api/v2/customer/4211";
    let bare = UpdateCustomer::new(4211, 7);
    assert_json(bare.clone(), line, r#"{"company":7}"#).await;
    let body = format!(r#"{{"company":7,"name":"{AWKWARD_JSON}",{EVERY_FIELD}}}"#);
    assert_json(with_every_field!(bare).name(AWKWARD), line, &body).await;
}

#[tokio::test]
async fn an_update_sends_null_where_it_is_told_to() {
    let update = UpdateCustomer::new(4211, 7)
        .name(Nullable::Null)
        .category(Nullable::Null)
        .contact_person(Nullable::Null)
        .address_line_1(Nullable::Null)
        .address_line_2(Nullable::Null)
        .city(Nullable::Null)
        .state_province(Nullable::Null)
        .zip_postal_code(Nullable::Null)
        .country(Nullable::Null)
        .phone(Nullable::Null)
        .mobile(Nullable::Null)
        .fax(Nullable::Null)
        .website(Nullable::Null)
        .general_description(Nullable::Null)
        .supplementary_description(Nullable::Null)
        .additional_description(Nullable::Null)
        .nda_signed(Nullable::Null)
        .msa_signed(Nullable::Null)
        .nda_signed_date(Nullable::Null)
        .msa_signed_date(Nullable::Null)
        .template(Nullable::Null);
    let body = concat!(
        r#"{"company":7,"name":null,"category":null,"contact_person":null,"address_line_1":null,"#,
        r#""address_line_2":null,"city":null,"state_province":null,"zip_postal_code":null,"country":null,"#,
        r#""phone":null,"mobile":null,"fax":null,"website":null,"general_description":null,"#,
        r#""supplementary_description":null,"additional_description":null,"nda_signed":null,"#,
        r#""msa_signed":null,"nda_signed_date":null,"msa_signed_date":null,"template":null}"#,
    );
    assert_json(update, "PATCH /api/v2/customer/4211", body).await;

    let person = NewContactPerson::new()
        .name(Nullable::Null)
        .email(Nullable::Null)
        .contact_type(Nullable::Null);
    let update = UpdateCustomer::new(4211, 7)
        .contact_person(person)
        .template(NewTemplate::new(9, []))
        .msa_signed_date(date())
        .nda_signed_date_text("soon");
    let body = concat!(
        r#"{"company":7,"contact_person":{"name":null,"email":null,"type":null},"#,
        r#""nda_signed_date":"soon","msa_signed_date":"2023-04-17","template":{"id":9,"fields":[]}}"#,
    );
    assert_json(update, "PATCH /api/v2/customer/4211", body).await;
    let person = NewContactPerson::new().contact_type(ContactType::unlisted("legal"));
    let update = UpdateCustomer::new(4211, 7).contact_person(person);
    let body = r#"{"company":7,"contact_person":{"type":"legal"}}"#;
    assert_json(update, "PATCH /api/v2/customer/4211", body).await;
}

#[cfg(feature = "undocumented")]
#[tokio::test]
async fn create_customer() {
    use revnue_customers::CreateCustomer;

    let line = "POST /api/v2/customer";
    let bare = CreateCustomer::new(7, "Harbour");
    assert_json(bare.clone(), line, r#"{"company":7,"name":"Harbour"}"#).await;
    let body = format!(r#"{{"company":7,"name":"Harbour",{EVERY_FIELD}}}"#);
    assert_json(with_every_field!(bare), line, &body).await;
    let dates = CreateCustomer::new(7, AWKWARD)
        .nda_signed_date_text("x")
        .msa_signed_date(date());
    let body = format!(
        r#"{{"company":7,"name":"{AWKWARD_JSON}","nda_signed_date":"x","msa_signed_date":"2023-04-17"}}"#
    );
    assert_json(dates, line, &body).await;
}
