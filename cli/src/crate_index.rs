//! The layout of a registry's index.

use signpost::values::CapturePart;

/// The directory of a crate's file, such as `se/rd`. cargo's markers call it `{prefix}`, and
/// `{lowerprefix}` in lower case.
pub(crate) fn prefix(name: &str) -> String {
    let prefix = CapturePart::IndexPrefix.of(name);
    prefix.unwrap_or_default().into_owned()
}
