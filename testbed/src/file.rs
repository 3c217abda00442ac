use std::ffi::OsStr;
use std::path::Path;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_RANGE, ETAG, HeaderName,
    HeaderValue, IF_NONE_MATCH, RANGE,
};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;

const ENTITY_TAG: &str = "\"a-file\"";

/// What a stand-in CDN serves at a decoded path: bytes that begin as a file of that name does, and then
/// name the path.
pub fn stand_in_file(path: &str) -> Bytes {
    let extension = Path::new(path).extension().and_then(OsStr::to_str);
    let beginning = match extension.unwrap_or_default() {
        "crate" | "tgz" | "gz" => b"\x1f\x8b".to_vec(),
        "bz2" => b"BZh".to_vec(),
        "conda" | "jar" | "nupkg" | "whl" | "zip" => b"PK\x03\x04".to_vec(),
        "gem" | "tar" => [&[0; 257][..], b"ustar"].concat(),
        "deb" => b"!<arch>\n".to_vec(),
        "xz" => b"\xfd7zXZ\0".to_vec(),
        _ => Vec::new(),
    };
    let text = format!("The stand-in CDN serves {path}\n");
    [beginning, text.into()].concat().into()
}

/// The answer of a CDN that serves a file: whole, in part, to a client that has it, or to a preflight.
pub(crate) fn file_for<Body>(request: &Request<Body>, file: Bytes) -> Response<Full<Bytes>> {
    let value = |name: HeaderName| request.headers().get(name)?.to_str().ok();
    let is_known = value(IF_NONE_MATCH) == Some(ENTITY_TAG);
    let part = value(RANGE).and_then(|range| part(range, &file));
    let mut response = whole_for(file);
    if *request.method() == Method::OPTIONS {
        *response.status_mut() = StatusCode::NO_CONTENT;
        *response.body_mut() = Full::default();
        let methods = HeaderValue::from_static("GET, HEAD");
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    } else if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Full::default();
    } else if let Some((range, content)) = part {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        *response.body_mut() = Full::new(content);
        response.headers_mut().insert(CONTENT_RANGE, range);
    }
    response
}

/// The whole file.
pub(crate) fn whole_for(file: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(file));
    let headers = response.headers_mut();
    headers.insert(ETAG, HeaderValue::from_static(ENTITY_TAG));
    let all = HeaderValue::from_static("*");
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, all);
    response
}

/// What `bytes=FIRST-LAST` asks for, if the file has it.
fn part(range: &str, file: &Bytes) -> Option<(HeaderValue, Bytes)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    let content = file.get(first..=last)?.to_vec();
    let said = format!("bytes {first}-{last}/{}", file.len());
    Some((HeaderValue::try_from(said).ok()?, content.into()))
}
