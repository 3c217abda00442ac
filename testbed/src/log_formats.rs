//! Lines of one log in the forms in which logs are stored.

use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// A download, of which each format makes a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRequest {
    /// In microseconds since 1970.
    pub time: u64,
    /// As the client wrote it.
    pub path: String,
    /// The client's address.
    pub client: Ipv4Addr,
}

/// How a log is stored.
#[derive(Clone, Copy, Debug)]
pub struct LogFormat {
    /// What it is called in messages.
    pub name: &'static str,
    /// The lines at the beginning of a file; empty if there are none.
    pub header: &'static str,
    /// Whether a line says which host was asked.
    pub has_host: bool,
    /// Whether a line says when, by whom and with which status.
    pub has_more: bool,
    line: fn(&LoggedRequest) -> String,
}

/// The host of every request.
pub const LOGGED_HOST: &str = "crates.io";

/// The `User-Agent` of every request.
pub const LOGGED_AGENT: &str = "cargo/1.71.0 (cfd3bbd8f 2023-06-08) \"50%\"";

/// The status of every answer.
pub const LOGGED_STATUS: u16 = 302;

/// The forms in which logs are stored.
pub const LOG_FORMATS: [LogFormat; 14] = [
    of("paths", |request| request.path.clone()),
    of("URLs", url).with_host(),
    of("Signpost's JSON", signpost).with_host().with_more(),
    of("crates.io's JSON", crates_io).with_host().with_more(),
    of("Fastly's classic line", |request| {
        let time = seconds(request);
        let line = crates_io(request);
        format!("<134>{time} cache-chi-kigq8000030 s3-request-logs[257678]: {line}")
    })
    .with_host()
    .with_more(),
    of("RFC 5424 with structured data", |request| {
        let (time, line) = (micros(request), signpost(request));
        let data = r#"[meta@32473 note="a \"b\" \\ [c\]"][origin ip="192.0.2.1"]"#;
        format!("<134>1 {time} edge.example signpost 41 - {data} \u{feff}{line}")
    })
    .with_host()
    .with_more(),
    of("loggly", |request| {
        let (time, line) = (seconds(request), crates_io(request));
        format!("<134>1 {time} cache-fra-etou8220101 logs 257678 - [token@41058 tag=\"cdn\"] {line}")
    })
    .with_host()
    .with_more(),
    of("logplex", |request| {
        let (time, line) = (seconds(request), crates_io(request));
        let message = format!("<134>1 {time} cache-fra-etou8220101 logs 257678 - {line}");
        format!("{} {message}", message.len())
    })
    .with_host()
    .with_more(),
    of("rsyslog's traditional file", |request| {
        let time = seconds(request);
        let (day, time) = (&time[8..10], &time[11..19]);
        format!("Jul {day} {time} edge signpost[41]: {}", signpost(request))
    })
    .with_host()
    .with_more(),
    of("rsyslog's file", |request| {
        let time = micros(request).replace('Z', "+00:00");
        format!("{time} edge signpost[41] {}", signpost(request))
    })
    .with_host()
    .with_more(),
    cloudfront(),
    LogFormat {
        header: "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2023-07-20 12:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs-host sc-status time-taken\n",
        ..of("a W3C log with spaces", |request| {
            let time = seconds(request);
            let (date, time) = (&time[..10], &time[11..19]);
            let LoggedRequest { path, client, .. } = request;
            let agent = LOGGED_AGENT.replace('"', "'");
            format!("{date} {time} 192.0.2.1 GET {path} - 443 - {client} \"{agent}\" {LOGGED_HOST} {LOGGED_STATUS} 12")
        })
        .with_host()
        .with_more()
    },
    of("the common log format", |request| {
        let LoggedRequest { path, client, .. } = request;
        let time = in_access_log(request);
        format!("{client} - - [{time}] \"GET {path} HTTP/1.1\" {LOGGED_STATUS} 0")
    })
    .with_more(),
    of("the combined log format", |request| {
        let LoggedRequest { path, client, .. } = request;
        let (time, agent) = (in_access_log(request), LOGGED_AGENT.replace('"', "\\x22"));
        format!("{client} - - [{time}] \"GET {path} HTTP/2.0\" {LOGGED_STATUS} 0 \"-\" \"{agent}\"")
    })
    .with_more(),
];

/// A download of each crate file that a large workspace locks, 10 ms apart. Half of the clients write
/// `%2B` for the `+` of a version.
pub fn logged_requests() -> Vec<LoggedRequest> {
    let start = 1_689_855_300_000_000;
    let requests = (0_u64..).zip(signpost_rows::crates());
    requests
        .map(|(number, file)| {
            let version = if number % 2 == 0 {
                file.version.to_owned()
            } else {
                file.version.replace('+', "%2B")
            };
            let [.., high, low] = number.to_be_bytes();
            LoggedRequest {
                time: start + number * 10_000,
                path: format!("/api/v1/crates/{}/{version}/download", file.name),
                client: Ipv4Addr::new(198, 51, high, low),
            }
        })
        .collect()
}

/// The requests in one file, in these formats in turn.
pub fn mixed_log<'f>(
    formats: impl Iterator<Item = &'f LogFormat> + Clone,
    requests: &[LoggedRequest],
) -> String {
    let mut log = String::new();
    let mut header = "";
    for (request, format) in requests.iter().zip(formats.cycle()) {
        if !format.header.is_empty() && format.header != header {
            header = format.header;
            log.push_str(header);
        }
        log.push_str(&format.line(request));
        log.push('\n');
    }
    log
}

impl LogFormat {
    /// The line of a request, without a line end.
    pub fn line(&self, request: &LoggedRequest) -> String {
        (self.line)(request)
    }

    /// A file with these requests.
    pub fn log(&self, requests: &[LoggedRequest]) -> String {
        let lines = requests.iter().map(|request| self.line(request) + "\n");
        std::iter::once(self.header.to_owned())
            .chain(lines)
            .collect()
    }

    const fn with_host(self) -> Self {
        Self {
            has_host: true,
            ..self
        }
    }

    const fn with_more(self) -> Self {
        Self {
            has_more: true,
            ..self
        }
    }
}

const fn of(name: &'static str, line: fn(&LoggedRequest) -> String) -> LogFormat {
    LogFormat {
        name,
        header: "",
        has_host: false,
        has_more: false,
        line,
    }
}

/// With all its fields. It encodes a value once more than the client did.
const fn cloudfront() -> LogFormat {
    const ENCODED: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'%')
        .add(b'<')
        .add(b'>')
        .add(b'#')
        .add(b'\\')
        .add(b'^')
        .add(b'[')
        .add(b']')
        .add(b'{')
        .add(b'}')
        .add(b'|')
        .add(b'~');

    let format = of("CloudFront's log", |request| {
        let time = seconds(request);
        let (date, time) = (&time[..10], &time[11..19]);
        let path = utf8_percent_encode(&request.path, ENCODED);
        let agent = utf8_percent_encode(LOGGED_AGENT, ENCODED);
        let client = request.client;
        format!(
            "{date}\t{time}\tFRA60-P3\t737549\t{client}\tGET\td1234567890abc.cloudfront.net\t{path}\t{LOGGED_STATUS}\t-\t{agent}\t-\t-\tHit\tlq9xG92EbzMk6CPAWkMUm6sDiTVvPWb3mQPrndUwu4y0HRzx99RPqA==\t{LOGGED_HOST}\thttps\t53\t0.058\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t59518\t0.055\tHit\tapplication/gzip\t736270\t-\t-"
        )
    });
    LogFormat {
        header: "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n",
        ..format.with_host().with_more()
    }
}

fn url(request: &LoggedRequest) -> String {
    format!("https://{LOGGED_HOST}{}", request.path)
}

fn signpost(request: &LoggedRequest) -> String {
    let (time, url) = (micros(request), url(request));
    let LoggedRequest { client, .. } = request;
    let agent = serde_json::Value::from(LOGGED_AGENT);
    format!(
        r#"{{"version":"1","date_time":"{time}","method":"GET","url":"{url}","status":{LOGGED_STATUS},"bytes":0,"content_type":null,"ip":"{client}","edge_location":"FRA","host":"{LOGGED_HOST}","http":{{"protocol":"HTTP/2","referer":null,"useragent":{agent}}},"tls":{{"cipher":"TLS_AES_128_GCM_SHA256","protocol":"TLSv1.3"}},"signpost":{{"decision":"redirect","route":"download","target":"default","attempt":null,"reason":null,"refusal":null,"location":"https://static.crates.io/x","revision":"43435e8491fb","switch":"enforce"}}}}"#
    )
}

fn crates_io(request: &LoggedRequest) -> String {
    let (time, url) = (micros(request), url(request));
    let LoggedRequest { client, .. } = request;
    let agent = serde_json::Value::from(LOGGED_AGENT);
    format!(
        r#"{{"bytes":36308,"content_type":"application/gzip","date_time":"{time}","ddsource":"fastly","ddtags":"app:crates.io,env:prod","edge_location":"CHI","host":"{LOGGED_HOST}","http":{{"protocol":"HTTP/2","referer":null,"useragent":{agent}}},"ip":"{client}","method":"GET","service":"crates.io","status":{LOGGED_STATUS},"tls":{{"cipher":"TLS_AES_128_GCM_SHA256","protocol":"TLSv1.3"}},"url":"{url}","version":"1"}}"#
    )
}

fn micros(request: &LoggedRequest) -> String {
    humantime::format_rfc3339_micros(moment(request.time)).to_string()
}

fn seconds(request: &LoggedRequest) -> String {
    humantime::format_rfc3339_seconds(moment(request.time)).to_string()
}

/// Two hours east of Greenwich.
fn in_access_log(request: &LoggedRequest) -> String {
    let local = moment(request.time) + Duration::from_hours(2);
    let time = humantime::format_rfc3339_seconds(local).to_string();
    let (year, day, time) = (&time[..4], &time[8..10], &time[11..19]);
    format!("{day}/Jul/{year}:{time} +0200")
}

fn moment(time: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(time)
}
