use std::ffi::OsStr;
use std::path::Path;

use bytes::Bytes;

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
