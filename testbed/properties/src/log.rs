use std::io::{self, Read};

use signpost_logs::log::{Told, tell};

pub(crate) fn check(bytes: &[u8]) {
    let told = tell(bytes);
    let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
    let mut last = 0;
    for line in &told {
        assert!(line.number > last, "line {} comes after {last}", line.number);
        last = line.number;
        let place = usize::try_from(last - 1).unwrap_or(usize::MAX);
        assert!(place < lines.len(), "there is no line {last}");
        match &line.request {
            Ok(request) => check_request(request, lines[place]),
            Err(why) => assert!(!why.is_empty() && !why.contains('\n'), "line {last}: {why:?}"),
        }
    }
    for at_once in [1, 7, bytes.len() / 2 + 1] {
        let in_parts = tell(InParts { bytes, at_once });
        assert_eq!(in_parts, told, "{at_once} bytes at a time");
    }
    // Without its last line, and whatever that said, a log tells the same of the lines before.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').unwrap_or_default();
    let before = tell(bytes.get(..whole).unwrap_or_default());
    assert!(told.starts_with(&before), "the last line changes what those before it say");
}

fn check_request(told: &Told, line: &[u8]) {
    assert!(told.target.starts_with('/'), "{told:?}");
    // Only JSON says for certain where a URL with a blank ends.
    let has_blank = told.url.contains(char::is_whitespace);
    assert!(!has_blank || line.contains(&b'{'), "{told:?}");
    assert!(!told.target.contains('#') && !told.path.contains(['?', '#']), "{told:?}");
    assert!(told.url.contains(&told.path), "{told:?}");
    let path = if told.path.is_empty() { "/" } else { &told.path };
    assert!(told.target.starts_with(path), "{told:?}");
    match &told.host {
        Some(host) => {
            assert!(!host.is_empty() && !host.contains(['/', '?', '#', '@']), "{told:?}");
            let url = told.url.to_ascii_lowercase();
            assert!(url.starts_with("http://") || url.starts_with("https://"), "{told:?}");
        }
        None => assert!(told.url.starts_with('/'), "{told:?}"),
    }
    check_bare(told);
}

/// The URL alone on a line is the same request.
fn check_bare(told: &Told) {
    let plain = told.url.bytes().all(|byte| byte.is_ascii_graphic());
    if plain {
        let bare = tell(told.url.as_bytes());
        let request = bare.first().and_then(|line| line.request.as_ref().ok());
        let parts = request.map(|it| (&it.host, &it.path, &it.target));
        assert_eq!(parts, Some((&told.host, &told.path, &told.target)), "{told:?}");
    }
}

/// Gives a few bytes at a time, as a slow network does.
struct InParts<'b> {
    bytes: &'b [u8],
    at_once: usize,
}

impl Read for InParts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.at_once);
        self.bytes.read(buffer.get_mut(..most).unwrap_or_default())
    }
}
