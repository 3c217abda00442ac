//! Which machines a request says that it came through.

use crate::values::LoopToken;

/// The values of a request's `CDN-Loop` (RFC 8586) and `Via` (RFC 9110, section 7.6.3), as they arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trail<'a> {
    pub(super) cdn_loop: Vec<&'a [u8]>,
    pub(super) via: Vec<&'a [u8]>,
}

impl Trail<'_> {
    /// Whether the request came through the CDN of this name.
    ///
    /// In `CDN-Loop` the name is an element's identifier. In `Via` it is a comment, or the host that received
    /// the request, or a label of it.
    pub(super) fn includes(&self, token: &LoopToken) -> bool {
        let is_token = |text: &[u8]| text.eq_ignore_ascii_case(token.as_str().as_bytes());
        let in_cdn_loop = elements(&self.cdn_loop).any(|element| {
            let (identifier, _) = split_once(element, b';');
            is_token(identifier.trim_ascii())
        });
        in_cdn_loop
            || elements(&self.via).any(|element| {
                let (received, comment) = split_once(element, b'(');
                let (comment, _) = split_once(comment, b')');
                let mut words = received.split(u8::is_ascii_whitespace);
                let received_by = words.rfind(|word| !word.is_empty()).unwrap_or_default();
                let (host, _) = split_once(received_by, b':');
                is_token(comment.trim_ascii())
                    || is_token(host)
                    || host.split(|byte| *byte == b'.').any(is_token)
            })
    }
}

/// The elements of a list field's values.
///
/// Every comma counts, also one in a comment or in quotation marks: a client could leave these open and so
/// hide what a CDN adds after them. What is found there by mistake only goes to the origin.
fn elements<'a>(values: &[&'a [u8]]) -> impl Iterator<Item = &'a [u8]> {
    values
        .iter()
        .flat_map(|value| value.split(|byte| *byte == b','))
}

/// What stands before the first such byte, and after it.
fn split_once(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let mut parts = text.splitn(2, |byte| *byte == separator);
    (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    )
}
