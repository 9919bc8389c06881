//! Operations. An operation is plain data that writes itself into a request and reads its response.

pub(crate) mod info;
mod raw;

pub use info::{Idempotency, Method, OperationInfo, Provenance};
pub use raw::Raw;

use crate::{
    error::{DecodeError, ValidationError},
    request::{Encoder, Sensitive},
    response::ResponseBody,
    service::Service,
};

/// One call of a provider's API, as a value.
///
/// A provider crate contains one generated implementation per documented operation. Implement the trait yourself for a call that the crate
/// lacks. That call then uses the same pipeline as every other call. The crate's [front page](crate) shows an implementation.
///
/// An operation belongs to one [`Service`]. It does not compile on another provider's client:
///
/// ```compile_fail,E0271
/// # use customer_api_core::{*, auth::KeyCredential, error::*, operation::*, request::*, response::*};
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
/// # let shop: Client<Shop> = Client::builder(Shop, KeyCredential::bearer("t")).build()?;
/// shop.send(Withdraw); // `Withdraw` is the bank's
/// # Ok::<(), BuildError>(())
/// ```
pub trait Operation: Send + Sync + 'static {
    /// The provider that the operation belongs to.
    type Service: Service;

    /// The result of a successful call.
    type Output: Send;

    /// The static facts about the operation.
    const INFO: &'static OperationInfo;

    /// Returns [`INFO`](Self::INFO), unless the operation is described where it is called, like a [`Raw`].
    fn info(&self) -> &'static OperationInfo {
        Self::INFO
    }

    /// Validates the operation and writes it into a request.
    ///
    /// Runs once per call, before anything is sent. Every attempt sends the same bytes.
    ///
    /// # Errors
    ///
    /// If a field can't be sent. The error names the field as the provider spells it, and never its value.
    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError>;

    /// Reads the body of a successful response.
    ///
    /// # Errors
    ///
    /// If the body can't be understood. The error names the place in the body.
    fn decode(body: &ResponseBody) -> Result<Self::Output, DecodeError>;

    /// Returns the provider's reference of the completed call, to quote to the provider's support. A ledger stores it, so it must not
    /// be personal.
    fn reference(output: &Self::Output) -> Option<&str> {
        let _ = output;
        None
    }

    /// Names the values that must not appear in an error's message: personal data and secrets of this request.
    ///
    /// Providers echo input in their error messages. The client replaces the named values in those messages.
    fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        let _ = values;
    }
}
