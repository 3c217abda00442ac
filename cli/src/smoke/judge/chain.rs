//! Judges how a target answers clients that do not just get a file.

use std::ops::RangeInclusive;

use reqwest::StatusCode;

use crate::smoke::ask::heard::Heard;
use crate::smoke::judge::finding::Received;
use crate::smoke::judge::stage::Stage;
use crate::smoke::judge::verdict::Verdict;

/// The `Origin` of a page in a browser that asks the edge.
pub(crate) const PAGE: &str = "https://signpost.invalid";

/// The same after a redirect to another host: browsers hide where they come from.
pub(crate) const REDIRECTED_PAGE: &str = "null";

/// The positions of a few bytes of a file, past its first byte if it has more; nothing if it is empty.
pub(crate) fn part(file: &Received) -> Option<RangeInclusive<usize>> {
    let last = file.beginning.len().min(9).checked_sub(1)?;
    Some(last.min(1)..=last)
}

/// HEAD must be answered as GET was.
pub(crate) fn head(verdict: &mut Verdict, file: &Received, heard: &Heard) {
    let server = &heard.server;
    if heard.status != StatusCode::OK {
        let words = format!(
            "{server} answers GET with 200, and HEAD with {}",
            heard.status
        );
        return verdict.failed(Stage::Head, words);
    }
    let length = heard.values("content-length");
    if length
        .iter()
        .any(|length| *length != file.bytes.to_string())
    {
        let (bytes, length) = (file.bytes, length.join(", "));
        let words = format!("{server} serves {bytes} bytes, and to HEAD says {length}");
        verdict.failed(Stage::Head, words);
    }
}

/// A range must be answered with its bytes. A target may ignore it, and send the whole file.
pub(crate) fn range(
    verdict: &mut Verdict,
    file: &Received,
    part: &RangeInclusive<usize>,
    heard: &Heard,
) {
    let server = &heard.server;
    let asked = format!("bytes {}-{}/", part.start(), part.end());
    match heard.status {
        StatusCode::PARTIAL_CONTENT => {
            let right = file.beginning.get(part.clone()).unwrap_or_default();
            let said = heard.values("content-range").join(", ");
            if heard.body != right || !said.starts_with(&asked) {
                let words = format!(
                    "{server} answers {asked}{} with other bytes, as `Content-Range: {said}`",
                    file.bytes
                );
                verdict.failed(Stage::Range, words);
            }
        }
        StatusCode::OK => verdict.notice(format!("{server} sends the whole file for a range")),
        status => verdict.failed(
            Stage::Range,
            format!("{server} answers a range with {status}"),
        ),
    }
}

/// A client that has the file should not get it again.
pub(crate) fn condition(verdict: &mut Verdict, heard: &Heard) {
    let server = &heard.server;
    match heard.status {
        StatusCode::NOT_MODIFIED => {}
        StatusCode::OK => verdict.notice(format!(
            "{server} sends the file again to a client that says it has it"
        )),
        status => verdict.failed(
            Stage::Condition,
            format!("{server} answers a conditional request with {status}"),
        ),
    }
}

/// A browser must be let read the file: exactly one header says so.
pub(crate) fn cors(verdict: &mut Verdict, origin: &str, heard: &Heard) {
    let server = &heard.server;
    let allowed = heard.values("access-control-allow-origin");
    let is_right = matches!(allowed.as_slice(), [one] if one == "*" || one == origin);
    if !is_right {
        let words = match allowed.as_slice() {
            [] => "no `Access-Control-Allow-Origin`".to_owned(),
            values => format!("`Access-Control-Allow-Origin: {}`", values.join(", ")),
        };
        let words = format!(
            "{server} answers a browser (`Origin: {origin}`) with {words}, so no page can read the file: one `*` is right"
        );
        verdict.failed(Stage::Cors, words);
    }
}

/// Whether a preflight lets a browser ask.
pub(crate) fn is_allowed(origin: &str, heard: &Heard) -> bool {
    let allowed = heard.values("access-control-allow-origin");
    heard.status.is_success() && matches!(allowed.as_slice(), [one] if one == "*" || one == origin)
}
