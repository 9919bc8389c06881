//! Providers, credentials and samples with values that must not be shown.
//!
//! Every optional field that may hold a private value is set. The values contain characters that text formats spell in
//! several ways, as far as the providers accept such characters.

mod customer_radar;
mod needles;
mod omnidesk;
mod ravelin;
mod revnue;

pub use customer_radar::CustomerRadar;
pub use needles::Needles;
pub(crate) use needles::encode;
pub use omnidesk::Omnidesk;
pub use ravelin::Ravelin;
pub use revnue::Revnue;

const KEY: &str = "planted-key-4711";
const USER: &str = "planted.login@shop.example";
const PASSWORD: &str = "planted \"pass&word\" <4712>";
const ID: &str = "planted.id+1@shop.example";
const NEW_ID: &str = "planted.id+2@shop.example";
const NEXT_ID: &str = "planted.id+3@shop.example";
const EMAIL: &str = "planted.address+2@shop.example";
const MOBILE: &str = "+64219998877";
/// A text that every pattern accepts.
const NAME: &str = "Plantedname O'Brien";
const COMPANY: &str = "Planted & Sons <Ltd>";
const TEXT: &str = "planted \"text\" of 100% & more: it's <b>";
const STREET: &str = "77/7 Planted Street";
const SEARCH: &str = "planted search 1";
const ACCOUNT: &str = "planted_account";
const NUMBER: u64 = 48_151_623_420_001;
const AMOUNT: &str = "48151623420002.50";
const SCROLL: &str = "planted+scroll/id==";

/// Every planted value.
pub(crate) const VALUES: [&str; 17] = [
    KEY,
    USER,
    PASSWORD,
    ID,
    NEW_ID,
    NEXT_ID,
    EMAIL,
    MOBILE,
    NAME,
    COMPANY,
    TEXT,
    STREET,
    SEARCH,
    ACCOUNT,
    "48151623420001",
    AMOUNT,
    SCROLL,
];
