//! What the log says of an answer.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use signpost::Answer;
use signpost::config::{ClientIp, Config};
use signpost::log_line::{Exchange, InForce, MAX_LINE};
use signpost::reply::Reply;
use signpost::request::Request;

use super::input::Asked;

/// The line is one line of JSON that is not too long, and says what was decided.
pub(super) fn check(answer: &Answer<'_, '_>, request: &Request<'_>, asked: &Asked<'_>, reply: Option<&Reply<'_>>) {
    let text = |name| asked.value(name).map(String::from_utf8_lossy);
    let (referer, user_agent, kind) = (text("referer"), text("user-agent"), text("content-type"));
    let exchange = Exchange {
        time: SystemTime::UNIX_EPOCH + Duration::from_mins(28_164_255),
        method: &asked.method,
        scheme: asked.scheme(),
        host: &asked.host,
        path: request.path(),
        protocol: "HTTP/2",
        referer: referer.as_deref(),
        user_agent: user_agent.as_deref(),
        client_ip: Some(asked.address),
        tls_cipher: None,
        tls_protocol: None,
        edge_location: Some("FRA"),
        status: reply.map_or(200, |reply| reply.status),
        bytes: None,
        content_type: reply.map_or(kind.as_deref(), Reply::content_type),
    };
    let log = answer.config().and_then(Config::log);
    let in_force = InForce {
        revision: answer.config().map(Config::revision),
        switch: asked.switch,
        client_ip: log.map_or(ClientIp::Truncated, |log| log.client_ip),
        fields: log.map(|log| &log.fields),
    };
    let line = answer.log_line(&exchange, &in_force);
    assert!(line.len() <= MAX_LINE, "{} bytes: {line}", line.len());
    assert!(!line.contains(|letter| letter < ' '), "{line:?}");
    let read: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let said = &read["signpost"];
    assert_eq!(said["decision"], answer.decided(), "{line}");
    let location = answer.decision().location().map(signpost::location::Location::as_str);
    assert_eq!(said["location"].as_str(), location, "{line}");
    let ip = in_force.client_ip.apply(asked.address);
    assert_eq!(read["ip"].as_str(), ip.map(|it| it.to_string()).as_deref(), "{line}");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
    if location.is_some() && asked.host.bytes().all(is_plain) {
        check_told(&line, request);
    }
}

/// The tool reads the request in the line of a download.
fn check_told(line: &str, request: &Request<'_>) {
    if line.contains('…') {
        return;
    }
    let told = signpost_logs::log::tell(line.as_bytes());
    let [told] = &told[..] else {
        panic!("{line}: {told:?}");
    };
    match &told.request {
        Ok(told) => assert_eq!(told.path, request.path(), "{line}"),
        Err(why) => panic!("{line}: {why}"),
    }
}
