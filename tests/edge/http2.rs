//! One request over HTTP/2, as the bytes of its frames.

/// A GET of `target` on a connection of its own. No header announces the body: only HTTP/2 and later
/// allow that.
pub(crate) fn get(target: &str, body: Option<&[u8]>) -> Vec<u8> {
    const GET: u8 = 0x80 | 2;
    const HTTP: u8 = 0x80 | 6;
    const AUTHORITY: u8 = 1;
    const PATH: u8 = 4;
    const END_STREAM: u8 = 0x1;
    const END_HEADERS: u8 = 0x4;
    let headers = [
        vec![GET, HTTP],
        field(AUTHORITY, "crates.io"),
        field(PATH, target),
        // Fastly makes `Host` of the authority, and Viceroy does not.
        vec![0],
        [string("host"), string("crates.io")].concat(),
    ]
    .concat();
    let flags = END_HEADERS | if body.is_none() { END_STREAM } else { 0 };
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, b""));
    bytes.extend(frame(1, flags, 1, &headers));
    if let Some(body) = body {
        bytes.extend(frame(0, END_STREAM, 1, body));
    }
    // This is the last request: the server closes the connection after its answer.
    let last_stream_and_no_error = [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    bytes.extend(frame(7, 0, 0, &last_stream_and_no_error));
    bytes
}

/// RFC 7541, section 6.2.2, with a name of the static table.
fn field(name: u8, value: &str) -> Vec<u8> {
    [vec![name], string(value)].concat()
}

/// RFC 7541, section 5.2.
fn string(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&[length], text.as_bytes()].concat()
}

/// RFC 9113, section 4.1.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}
