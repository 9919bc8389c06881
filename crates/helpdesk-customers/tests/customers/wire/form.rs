//! The calls with an urlencoded body: every `PUT`.

use helpdesk_customers::{Channel, RenameCustomer, UpdateCustomer, UpdateCustomerByExternalId};

use super::{AWKWARD, AWKWARD_FORM, assert_form};

#[tokio::test]
async fn rename_customer_with_everything() {
    let rename = RenameCustomer::new()
        .custom_field("testfield", AWKWARD)
        .custom_field("Straße & Nr. \"5\"", "")
        .lastname("O'Neil-Šá")
        .firstname("Zoë A.")
        .customer_id(3)
        .brand_id(2)
        .external_id("cust+1 é");
    let body = format!(
        "primaryID=cust%2B1+%C3%A9&brandID=2&customerID=3&firstname=Zo%C3%AB+A.&lastname=O%27Neil-%C5%A0%C3%A1\
         &custom_testfield={AWKWARD_FORM}&custom_Stra%C3%9Fe+%26+Nr.+%225%22="
    );
    assert_form(rename, "PUT /api/v2/customer", &body).await;
}

#[tokio::test]
async fn rename_customer_by_each_of_its_ids() {
    for (rename, body) in [
        (RenameCustomer::new().external_id("c"), "primaryID=c"),
        (RenameCustomer::new().brand_id(0), "brandID=0"),
        (RenameCustomer::new().customer_id(1), "customerID=1"),
    ] {
        assert_form(rename, "PUT /api/v2/customer", body).await;
    }
}

#[tokio::test]
async fn update_customer() {
    let update = UpdateCustomer::new(42, 1)
        .firstname("Zoë")
        .lastname("O'Neil")
        .custom_field("testfield", AWKWARD)
        .custom_field("größe cm", "180")
        .channel(Channel::Id(1), "zoe+1@shop.example")
        .channel("telephone", AWKWARD)
        .channel(Channel::Other("live chat".to_owned()), "x");
    let body = format!(
        "brandID=1&firstname=Zo%C3%AB&lastname=O%27Neil&custom_testfield={AWKWARD_FORM}&custom_gr%C3%B6%C3%9Fe+cm=180\
         &customerChannelType_0=1&customerChannelValue_0=zoe%2B1%40shop.example\
         &customerChannelType_1=telephone&customerChannelValue_1={AWKWARD_FORM}\
         &customerChannelType_2=live+chat&customerChannelValue_2=x"
    );
    assert_form(update, "PUT /api/v2/customer/42", &body).await;
    assert_form(
        UpdateCustomer::new(42, 1),
        "PUT /api/v2/customer/42",
        "brandID=1",
    )
    .await;
}

#[tokio::test]
async fn update_customer_by_external_id() {
    let update = UpdateCustomerByExternalId::new(AWKWARD, 1)
        .firstname("Zoë")
        .lastname("O'Neil")
        .custom_field("testfield", AWKWARD)
        .channel(Channel::Email, "zoe+1@shop.example")
        .channel(Channel::Telephone, "+64211234567");
    let body = format!(
        "externalPrimaryID={AWKWARD_FORM}&brandID=1&firstname=Zo%C3%AB&lastname=O%27Neil&custom_testfield={AWKWARD_FORM}\
         &customerChannelType_0=email&customerChannelValue_0=zoe%2B1%40shop.example\
         &customerChannelType_1=telephone&customerChannelValue_1=%2B64211234567"
    );
    assert_form(update, "PUT /api/v2/customer/updateCustomer", &body).await;
    assert_form(
        UpdateCustomerByExternalId::new("cust-1", 1),
        "PUT /api/v2/customer/updateCustomer",
        "externalPrimaryID=cust-1&brandID=1",
    )
    .await;
}
