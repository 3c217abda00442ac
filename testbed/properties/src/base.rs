use signpost::values::{Base, Host, Scheme};
use url::Url;

pub(crate) fn check(bytes: &[u8]) {
    let Some(text) = crate::text(bytes) else {
        return;
    };
    check_host(text);
    let base = match Base::parse(text) {
        Ok(base) => base,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "{text:?}");
            return;
        }
    };
    let url = base.as_str();
    assert_eq!(Base::parse(url).as_ref(), Ok(&base), "{text:?}");
    assert!(!url.ends_with('/'), "{url} ends with a slash");
    assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}");
    check_as_client(&base);
    check_spellings(&base);
    // What a person writes and a browser reads has the same host.
    if let Ok(as_written) = Url::parse(text)
        && text.contains("://")
    {
        assert_eq!(as_written.host_str(), Some(base.host().as_str()), "{text:?}");
        assert_eq!(as_written.port_or_known_default(), Some(base.port()), "{text:?}");
    }
}

/// A client reads a location below the base as it is written.
fn check_as_client(base: &Base) {
    let location = format!("{base}/x");
    let read = Url::parse(&location).unwrap_or_else(|error| panic!("{location}: {error}"));
    assert_eq!(read.as_str(), location);
    assert_eq!(read.scheme(), base.scheme().to_string());
    assert_eq!(read.host_str(), Some(base.host().as_str()));
    assert_eq!(read.port_or_known_default(), Some(base.port()));
    let is_bare = read.username().is_empty() && read.password().is_none();
    assert!(is_bare && read.query().is_none() && read.fragment().is_none());
    let path = [base.path(), &["x".to_owned()]].concat().join("/");
    assert_eq!(read.path(), format!("/{path}"));
    let is_loopback = base.host().is_loopback();
    assert!(base.scheme() == Scheme::Https || is_loopback, "{base}");
}

/// The spellings that people use are the same base.
fn check_spellings(base: &Base) {
    let (scheme, rest) = base.as_str().split_once("://").unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let loud = format!("{}://{}{path}//", scheme.to_uppercase(), authority.to_uppercase());
    let with_port = format!("{scheme}://{}:{}{path}/", base.host(), base.port());
    let without_scheme = (base.scheme() == Scheme::Https).then(|| rest.to_owned());
    for spelling in [loud, with_port].into_iter().chain(without_scheme) {
        assert_eq!(Base::parse(&spelling).as_ref(), Ok(base), "{spelling}");
    }
}

fn check_host(text: &str) {
    let host = match Host::parse(text) {
        Ok(host) => host,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "{text:?}");
            return;
        }
    };
    let name = host.as_str();
    assert_eq!(Host::parse(name).as_ref(), Ok(&host), "{text:?}");
    assert!(host.is_named_by(name) && host.is_named_by(&format!("{}:8443", name.to_uppercase())));
    assert!(!host.is_named_by(&format!("{name}x")) && !host.is_named_by(&format!("x{name}")));
    let is_address = name.starts_with('[') || name.parse::<std::net::Ipv4Addr>().is_ok();
    let is_label = |label: &str| {
        let inner = label.trim_matches('-');
        let may_stand = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase() || byte == b'-';
        inner == label && !label.is_empty() && label.len() < 64 && label.bytes().all(may_stand)
    };
    let is_domain = name.contains('.') && name.split('.').all(is_label);
    assert!(is_address || is_domain || name == "localhost", "{text:?} is read as {name}");
}
