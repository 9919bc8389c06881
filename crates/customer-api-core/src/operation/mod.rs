//! What is called: an operation is plain data that knows how to become a request and how to read its response.

pub(crate) mod info;

pub use info::{Idempotency, Method, OperationInfo, Provenance};

use crate::{
    error::{DecodeError, ValidationError},
    request::{Encoder, Sensitive},
    response::ResponseBody,
    service::Service,
};

/// One call of a provider's API, as a value.
///
/// A provider crate generates an implementation per documented operation. Implement it yourself for a call that the
/// crate lacks: the call then gets the same pipeline as every other. The crate's [front page](crate) shows one.
///
/// An operation belongs to one [`Service`], and does not compile on another provider's client:
///
/// ```compile_fail,E0271
/// # use customer_api_core::{*, auth::StaticCredential, error::*, operation::*, request::*, response::*};
/// # #[derive(Debug)] struct Shop;
/// # impl Service for Shop {
/// #     fn name(&self) -> &'static str { "shop" }
/// #     fn user_agent(&self) -> &'static str { "shop" }
/// # }
/// # #[derive(Debug)] struct Bank;
/// # impl Service for Bank {
/// #     fn name(&self) -> &'static str { "bank" }
/// #     fn user_agent(&self) -> &'static str { "bank" }
/// # }
/// # struct Withdraw;
/// # impl Operation for Withdraw {
/// #     type Service = Bank;
/// #     type Output = ();
/// #     const INFO: &'static OperationInfo = &OperationInfo::new("withdraw", Method::Post, "/withdrawals");
/// #     fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> { Ok(()) }
/// #     fn decode(body: &ResponseBody) -> Result<(), DecodeError> { body.ignore() }
/// # }
/// # let shop: Client<Shop> = Client::builder(Shop, StaticCredential::bearer("t")).build()?;
/// shop.send(Withdraw); // `Withdraw` is the bank's
/// # Ok::<(), BuildError>(())
/// ```
pub trait Operation: Send + Sync + 'static {
    /// The provider that the operation belongs to.
    type Service: Service;

    /// What a successful call gives.
    type Output: Send;

    /// What is known of the operation before it is called.
    const INFO: &'static OperationInfo;

    /// Validates the operation and writes it into a request.
    ///
    /// Runs once a call, before anything is sent; every attempt sends the same bytes.
    ///
    /// # Errors
    ///
    /// Names the field that can't be sent, as the provider spells it, and never its value.
    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError>;

    /// Reads the body of a successful response.
    ///
    /// # Errors
    ///
    /// Says where the body stopped making sense.
    fn decode(body: &ResponseBody) -> Result<Self::Output, DecodeError>;

    /// What the provider calls the thing that was done, to quote to its support; nothing personal. Kept by a ledger.
    fn reference(output: &Self::Output) -> Option<&str> {
        let _ = output;
        None
    }

    /// Names the values that must not show up in an error's message: personal data and secrets of this request.
    ///
    /// Providers echo input in their error messages; what is named here is replaced there.
    fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        let _ = values;
    }
}
