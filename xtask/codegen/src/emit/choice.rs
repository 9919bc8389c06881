//! Emits enums of strings. They are always open.

use super::{docs::Docs, record, scope::Scope, words};
use crate::{
    model::{Model, Variant},
    visible::literal,
};

pub(crate) fn choice(scope: &mut Scope<'_>, model: &Model, variants: &[Variant]) -> String {
    let name = &model.rust;
    for (root, module, item) in [
        ("std", "", "fmt"),
        ("serde", "", "Deserialize"),
        ("serde", "", "Deserializer"),
        ("serde", "", "Serialize"),
        ("serde", "", "Serializer"),
        ("customer_api_core", "generated", "open_enum"),
        ("customer_api_core", "generated", "OpenEnum"),
        ("customer_api_core", "", "Unlisted"),
    ] {
        scope.need(root, module, item);
    }
    let mut out = record::heading(model).lines("///");
    out += &format!(
        "#[derive(Clone, Debug, PartialEq, Eq, Hash)]\n#[non_exhaustive]\npub enum {name} {{\n"
    );
    for variant in variants {
        out += &variant_docs(variant).lines("///");
        out += &format!("{},\n", variant.rust);
    }
    out += &format!(
        "/// A value that the description does not list; see [`{name}::as_str`].\nUnlisted(Unlisted),\n}}\n\n"
    );

    out += &format!(
        "impl {name} {{\n/// Returns the value as the provider writes it.\n#[must_use]\npub fn as_str(&self) -> &str {{\nmatch self {{\n"
    );
    for variant in variants {
        out += &format!("Self::{} => {},\n", variant.rust, literal(&variant.wire));
    }
    out += "Self::Unlisted(value) => value.as_str(),\n}\n}\n\n\
            /// The listed variant for a value, as the provider writes it; `None` for any other text.\n\
            #[must_use]\npub fn listed(value: &str) -> Option<Self> {\nOpenEnum::listed(value)\n}\n";
    if model.used.sent {
        out += "\n/// Makes a value that this crate does not list, such as one that the provider added later.\n///\n\
                /// A value that this crate lists becomes the listed variant.\n\
                #[must_use]\npub fn unlisted(value: impl AsRef<str>) -> Self {\nopen_enum::parse(value.as_ref())\n}\n";
    }
    out += "}\n\n";

    out += &format!(
        "impl OpenEnum for {name} {{\nfn listed(value: &str) -> Option<Self> {{\nmatch value {{\n"
    );
    for variant in variants {
        out += &format!(
            "{} => Some(Self::{}),\n",
            literal(&variant.wire),
            variant.rust
        );
    }
    out += "_ => None,\n}\n}\n\nfn from_unlisted(value: Unlisted) -> Self {\nSelf::Unlisted(value)\n}\n\n\
            fn as_str(&self) -> &str {\nself.as_str()\n}\n}\n\n";

    out += &format!(
        "impl fmt::Display for {name} {{\nfn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\nf.write_str(self.as_str())\n}}\n}}\n\n\
         impl Serialize for {name} {{\nfn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{\nopen_enum::serialize(self, serializer)\n}}\n}}\n\n\
         impl<'de> Deserialize<'de> for {name} {{\nfn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {{\nopen_enum::deserialize(deserializer)\n}}\n}}\n"
    );
    let (shape, shaped) = (
        scope.core("response", "Shape"),
        scope.core("response", "Shaped"),
    );
    out += &format!(
        "\nimpl {shaped} for {name} {{\nconst SHAPE: {shape} = {shape}::text::<Self>();\n}}\n"
    );
    if !model.used.sent {
        // An enum that is sent has no `From<&str>`, so that a typo is never sent as a value by accident. It has the constructor `unlisted`,
        // which is emitted above.
        out += &format!(
            "\nimpl From<&str> for {name} {{\nfn from(value: &str) -> Self {{\nopen_enum::parse(value)\n}}\n}}\n"
        );
    }
    out
}

fn variant_docs(variant: &Variant) -> Docs {
    let mut docs = Docs::new();
    let value = words::code(&variant.wire);
    match &variant.description {
        Some(text) if !text.trim().is_empty() => {
            docs.describe_after(&format!("{value}:"), text);
        }
        _ if variant.wire.is_empty() => docs.say("The empty string."),
        _ => docs.say(format!("{value}.")),
    }
    docs
}
