//! The layout of a registry's index.

/// The directory of a crate's file, such as `se/rd`. cargo's markers call it `{prefix}`, and
/// `{lowerprefix}` in lower case.
pub(crate) fn prefix(name: &str) -> String {
    let part = |range| name.get(range).unwrap_or_default();
    match name.len() {
        length @ (0..=2) => length.to_string(),
        3 => format!("3/{}", part(0..1)),
        _ => format!("{}/{}", part(0..2), part(2..4)),
    }
}
