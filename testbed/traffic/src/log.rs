use std::io::Write as _;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

use super::{Request, Wanted, files};

/// The revisions of the configuration before and after the break.
const REVISIONS: [&str; 2] = ["5d8a1c0e7b42", "e09f3377ac15"];

/// The points of presence, and how many percent of the addresses each has.
const EDGE_LOCATIONS: [(&str, u8); 12] = [
    ("FRA", 20),
    ("IAD", 20),
    ("LHR", 10),
    ("NRT", 10),
    ("PDX", 10),
    ("SIN", 5),
    ("CDG", 5),
    ("SJC", 5),
    ("AMS", 5),
    ("GRU", 4),
    ("SYD", 3),
    ("JNB", 3),
];

/// What stands before and after the client in the line of a file's download: joining pieces is much
/// faster than writing JSON, and there are some ten million lines.
struct Pieces {
    url: String,
    location: String,
}

/// The path of a request.
pub(super) fn path(wanted: Wanted) -> String {
    let file = |number: u16| &files::all()[usize::from(number)];
    match wanted {
        Wanted::Download(number) => {
            let file = file(number);
            format!("/api/v1/crates/{}/{}/download", file.name, file.version)
        }
        Wanted::Page(number) => format!("/api/v1/crates/{}", file(number).name),
        Wanted::Misspelt(number) => format!("/api/v1/crates/{}/latest/download", file(number).name),
    }
}

/// The point of presence that answers an address.
pub(super) fn edge_location(address: Ipv4Addr) -> &'static str {
    let [_, b, c, d] = address.octets();
    // Neighbours are spread.
    let mixed = u32::from_be_bytes([0, b, c, d]).wrapping_mul(0x9E37_79B1) >> 16;
    let mut left = mixed % 100;
    for (name, percent) in EDGE_LOCATIONS {
        match left.checked_sub(u32::from(percent)) {
            Some(rest) => left = rest,
            None => return name,
        }
    }
    EDGE_LOCATIONS[0].0
}

/// Appends the line of a request, field by field as the edge writes it.
pub(super) fn write(request: &Request, line: &mut Vec<u8>) {
    line.extend_from_slice(br#"{"version":"1","date_time":""#);
    write_time(request.time, line);
    line.extend_from_slice(br#"","method":"GET","url":"https://crates.io"#);
    let download = match request.wanted {
        Wanted::Download(number) => Some(&pieces()[usize::from(number)]),
        Wanted::Page(_) | Wanted::Misspelt(_) => None,
    };
    match download {
        Some(pieces) => line.extend_from_slice(pieces.url.as_bytes()),
        None => line.extend_from_slice(path(request.wanted).as_bytes()),
    }
    line.extend_from_slice(match request.wanted {
        Wanted::Download(_) => br#"","status":302,"bytes":0,"content_type":null,"ip":""#,
        Wanted::Page(_) => br#"","status":200,"bytes":null,"content_type":"application/json; charset=utf-8","ip":""#,
        Wanted::Misspelt(_) => br#"","status":404,"bytes":null,"content_type":"application/json; charset=utf-8","ip":""#,
    });
    let [a, b, c, d] = request.address().octets();
    for (octet, end) in [(a, b'.'), (b, b'.'), (c, b'.'), (d, b'"')] {
        write_octet(octet, line);
        line.push(end);
    }
    line.extend_from_slice(br#","edge_location":""#);
    line.extend_from_slice(request.edge_location().as_bytes());
    line.extend_from_slice(
        br#"","host":"crates.io","http":{"protocol":"HTTP/2","referer":null,"useragent":""#,
    );
    line.extend_from_slice(request.user_agent().as_bytes());
    line.extend_from_slice(
        br#""},"tls":{"cipher":"TLS_AES_128_GCM_SHA256","protocol":"TLSv1.3"},"signpost":{"#,
    );
    line.extend_from_slice(match request.wanted {
        Wanted::Download(_) if !request.is_redirected() => br#""decision":"origin","route":"download","target":"static","attempt":null,"reason":"not-in-rollout","refusal":null,"location":""#,
        Wanted::Download(_) => br#""decision":"redirect","route":"download","target":"static","attempt":null,"reason":null,"refusal":null,"location":""#,
        Wanted::Page(_) => br#""decision":"origin","route":null,"target":null,"attempt":null,"reason":"no-route","refusal":null,"location":null"#,
        Wanted::Misspelt(_) => br#""decision":"origin","route":null,"target":null,"attempt":null,"reason":"version-invalid","refusal":null,"location":null"#,
    });
    if let Some(pieces) = download {
        line.extend_from_slice(pieces.location.as_bytes());
        line.push(b'"');
    }
    line.extend_from_slice(br#","revision":""#);
    let is_new = if request.next > 0 {
        request.is_next()
    } else {
        request.is_broken
    };
    line.extend_from_slice(REVISIONS[usize::from(is_new)].as_bytes());
    line.extend_from_slice(br#"","switch":"enforce"#);
    if request.share < 100 {
        // Writing into a vector cannot fail.
        let _ = write!(line, " {}%", request.share);
    }
    if request.next > 0 {
        let side = if request.is_next() { "next" } else { "config" };
        let _ = write!(line, r#", next {}%","side":"{side}"#, request.next);
    }
    line.extend_from_slice(b"\"}}\n");
}

fn pieces() -> &'static [Pieces] {
    static PIECES: LazyLock<Vec<Pieces>> = LazyLock::new(|| {
        let files = files::all().iter().zip(0..);
        files
            .map(|(file, number)| Pieces {
                url: path(Wanted::Download(number)),
                location: format!(
                    "https://static.crates.io/crates/{0}/{0}-{1}.crate",
                    file.name, file.version
                ),
            })
            .collect()
    });
    &PIECES
}

/// Appends a time as RFC 3339 with microseconds.
fn write_time(micros: u64, line: &mut Vec<u8>) {
    let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_micros(micros);
    // Writing into a vector cannot fail.
    let _ = write!(line, "{}", humantime::format_rfc3339_micros(time));
}

fn write_octet(octet: u8, line: &mut Vec<u8>) {
    if octet >= 100 {
        line.push(b'0' + octet / 100);
    }
    if octet >= 10 {
        line.push(b'0' + octet / 10 % 10);
    }
    line.push(b'0' + octet % 10);
}
