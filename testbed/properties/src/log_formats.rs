use std::net::Ipv4Addr;

use signpost_logs::log::tell;
use signpost_testbed::{LOG_FORMATS, LOGGED_HOST, LOGGED_STATUS, LoggedRequest};

pub(crate) fn check(bytes: &[u8]) {
    let (head, path) = bytes.split_at_checked(8).unwrap_or((bytes, b"/"));
    let number = head.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    // Formats that escape nothing cannot hold what they quote with. No client sends the rest.
    let may_be_sent = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'#' | b'?');
    let path = path.iter().copied().filter(|byte| may_be_sent(*byte)).map(char::from);
    let request = LoggedRequest {
        // Within the month that the format of access logs has here.
        time: 1_688_169_600_000_000 + number % 2_592_000_000_000,
        path: std::iter::once('/').chain(path).collect(),
        client: Ipv4Addr::from_bits(u32::try_from(number >> 32).unwrap_or_default()),
    };
    for format in &LOG_FORMATS {
        let log = format.log(std::slice::from_ref(&request));
        let told = tell(log.as_bytes());
        let [line] = &told[..] else {
            panic!("{}: {told:?} of {log}", format.name);
        };
        let told = line.request.as_ref();
        let told = told.unwrap_or_else(|why| panic!("{}: {why} in {log}", format.name));
        assert_eq!((&*told.method, &*told.path), ("GET", &*request.path), "{log}");
        assert_eq!(told.target, request.path, "{log}");
        let host = format.has_host.then_some(LOGGED_HOST);
        assert_eq!(told.host.as_deref(), host, "{log}");
        if format.has_more {
            let seconds = told.time.map(|millis| millis.div_euclid(1_000).cast_unsigned());
            assert_eq!(seconds, Some(request.time / 1_000_000), "{log}");
            assert_eq!(told.status, Some(LOGGED_STATUS), "{log}");
            assert_eq!(told.client, Some(request.client.to_string()), "{log}");
        }
    }
}
