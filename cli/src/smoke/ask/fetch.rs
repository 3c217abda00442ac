//! Gets the file at a location, as a redirected client does.

use std::net::SocketAddr;

use reqwest::Response;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::smoke::ask::cached::Cached;
use crate::smoke::ask::client::Client;
use crate::smoke::ask::trouble::{Trouble, TroubleKind};
use crate::smoke::judge::content::BEGINNING;
use crate::smoke::judge::finding::{Finding, Received};
use crate::smoke::judge::stage::Stage;

/// The headers that tell operators of CDNs which server answered.
const SERVER_HEADERS: [&str; 5] = [
    "x-served-by",
    "x-cache",
    "x-amz-request-id",
    "x-amz-cf-pop",
    "x-amz-cf-id",
];

/// Gets a location, at one address of its host or at any, and reads it to the end, up to `max_bytes`.
///
/// Accepts any status; only an incomplete answer is a finding.
pub(crate) async fn fetch(
    client: &Client,
    location: &str,
    address: Option<SocketAddr>,
    max_bytes: u64,
) -> Result<(Received, Option<String>), Finding> {
    let url = Url::parse(location)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| {
        Finding::new(
            Stage::CdnConnect,
            format!("the location `{location}` is not a URL"),
        )
    })?;
    let response = client
        .get_file(&url, address)
        .await
        .map_err(|trouble| finding(&url, &trouble))?;
    let details = details_of(&response);
    let received = read_whole(response, &url, max_bytes).await?;
    Ok((received, details))
}

/// Reads an answer to its end, up to `max_bytes`.
pub(crate) async fn read_whole(
    mut response: Response,
    url: &Url,
    max_bytes: u64,
) -> Result<Received, Finding> {
    let status = response.status().as_u16();
    let content_type = header(&response, "content-type");
    let address = response.remote_addr();
    let cached = Cached::of(response.headers());
    let redirect = match status {
        300..=399 => header(&response, "location"),
        _ => None,
    };
    let mut hash = Sha256::new();
    let mut bytes = 0_u64;
    let mut beginning = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| finding(url, &error.into()))?;
        let Some(chunk) = chunk else { break };
        bytes = bytes.saturating_add(chunk.len() as u64);
        if bytes > max_bytes {
            let words = format!("{url} has more than {max_bytes} bytes; --max-bytes allows more");
            return Err(Finding::new(Stage::CdnBody, words));
        }
        hash.update(&chunk);
        let missing = BEGINNING.saturating_sub(beginning.len());
        beginning.extend(chunk.iter().take(missing));
    }
    Ok(Received {
        status,
        bytes,
        sha256: format!("{:x}", hash.finalize()),
        content_type,
        address,
        cached,
        redirect,
        beginning,
    })
}

/// Why a file did not come, at its stage.
pub(crate) fn finding(url: &Url, trouble: &Trouble) -> Finding {
    let (stage, words) = match trouble.kind {
        TroubleKind::Connect => (Stage::CdnConnect, "cannot be reached"),
        TroubleKind::Timeout => (Stage::CdnTimeout, "did not answer in time"),
        TroubleKind::Body => (Stage::CdnBody, "did not send all of the file"),
    };
    let host = url.host_str().unwrap_or_default();
    Finding::new(stage, format!("{host} {words}: {}", trouble.message))
}

/// Which server answered.
fn details_of(response: &Response) -> Option<String> {
    let names = SERVER_HEADERS.into_iter();
    let details = names.filter_map(|name| Some(format!("{name}: {}", header(response, name)?)));
    let details: Vec<_> = details.collect();
    (!details.is_empty()).then(|| details.join("; "))
}

fn header(response: &Response, name: &str) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}
