/// Text that can stand in a header field: printable ASCII and spaces, not empty, without spaces
/// around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderText(String);

impl HeaderText {
    /// Reads text for a header field; `None` if it cannot stand in one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.trim() == text
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() || byte == b' ');
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
