//! Structured fields (RFC 9651), read by a library that knows nothing of ours.

use sfv::{BareItem, FieldType, Item, List, ListEntry, Parser};

/// A token, and its parameters: their names and values.
pub type TokenWithParameters = (String, Vec<(String, String)>);

/// Reads a value of `signpost-decision`: an item, whose parameters are strings.
///
/// # Panics
///
/// When it is anything else, or would be written in another way.
#[track_caller]
pub fn decision(value: &str) -> TokenWithParameters {
    let item: Item = parsed(value);
    assert_eq!(item.serialize(), value);
    read(&item, |parameter| Some(parameter.as_string()?.as_str()))
        .unwrap_or_else(|| panic!("{value}: not a token with strings"))
}

/// Reads a value of `Proxy-Status`: a list of one item, whose parameters are tokens.
///
/// # Panics
///
/// When it is anything else, or would be written in another way.
#[track_caller]
pub fn proxy_status(value: &str) -> TokenWithParameters {
    let list: List = parsed(value);
    assert_eq!(list.serialize().as_deref(), Some(value));
    let [ListEntry::Item(item)] = &*list else {
        panic!("{value}: not a list of one item");
    };
    read(item, |parameter| Some(parameter.as_token()?.as_str()))
        .unwrap_or_else(|| panic!("{value}: not a token with tokens"))
}

#[track_caller]
fn parsed<T: FieldType>(value: &str) -> T {
    let parsed = Parser::new(value).parse();
    parsed.unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn read(item: &Item, text: impl Fn(&BareItem) -> Option<&str>) -> Option<TokenWithParameters> {
    let token = item.bare_item.as_token()?.as_str().to_owned();
    let parameters = item.params.iter();
    let parameters =
        parameters.map(|(name, value)| Some((name.to_string(), text(value)?.to_owned())));
    Some((token, parameters.collect::<Option<_>>()?))
}
