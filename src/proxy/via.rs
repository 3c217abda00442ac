/// The value to add to `Via` of a request that arrived with this protocol, such as `HTTP/1.1`: RFC 9110,
/// section 7.6.3.
pub fn via(protocol: &str) -> String {
    let version = protocol.strip_prefix("HTTP/").unwrap_or(protocol);
    format!("{version} signpost")
}
