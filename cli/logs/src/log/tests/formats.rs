//! A thousand real names and versions in every form in which logs are stored.

use fastrand::Rng;
use signpost_testbed::{
    LOG_FORMATS, LOGGED_AGENT, LOGGED_HOST, LOGGED_STATUS, LogFormat, LoggedRequest,
    logged_requests, mixed_log,
};

use crate::log::{Chunks, Entry, Reader};

/// The entries of a log that must be read whole.
#[track_caller]
fn check(name: &str, log: &str, mut entry: impl FnMut(usize, &Entry<'_>)) {
    let mut chunks = Chunks::new(log.as_bytes());
    let mut number = 0;
    while let Some(chunk) = chunks.next(Vec::new()) {
        let mut reader = chunk.reader.clone();
        for (place, line) in chunk.lines() {
            let read = reader.read(line);
            let read = read.unwrap_or_else(|why| panic!("{name}: line {place}: {why}"));
            if let Some(found) = read {
                entry(number, &found);
                number += 1;
            }
        }
    }
    assert_eq!(number, logged_requests().len(), "{name}");
}

#[track_caller]
fn is_of(entry: &Entry<'_>, request: &LoggedRequest, format: &LogFormat) {
    let name = format.name;
    assert_eq!(entry.asked.method, "GET", "{name}");
    assert_eq!(entry.asked.target(), request.path, "{name}");
    assert_eq!(entry.asked.path(), request.path, "{name}");
    let host = format.has_host.then_some(LOGGED_HOST);
    assert_eq!(entry.asked.host(), host, "{name}");
    if !format.has_more {
        assert!(entry.time().is_err(), "{name}");
        return;
    }
    let seconds = entry.time().unwrap().millis().div_euclid(1_000);
    assert_eq!(seconds, (request.time / 1_000_000).cast_signed(), "{name}");
    assert_eq!(
        entry.client,
        Some(request.client.to_string().into()),
        "{name}"
    );
    assert_eq!(entry.status, Some(LOGGED_STATUS), "{name}");
    let agent = entry.user_agent.as_deref();
    let agent = agent.map(|agent| String::from_utf8(agent.to_vec()).unwrap());
    let agent = agent.map(|agent| agent.replace('\'', "\""));
    let expected = (name != "the common log format").then_some(LOGGED_AGENT);
    assert_eq!(agent.as_deref(), expected, "{name}");
    let place = match name {
        "CloudFront's log" => Some("FRA60-P3"),
        _ if entry.decided.is_some() => Some("FRA"),
        _ if name.contains("W3C") || name.contains("log format") => None,
        _ => Some("CHI"),
    };
    assert_eq!(entry.edge_location.as_deref(), place, "{name}");
    if let Some(decided) = &entry.decided {
        assert_eq!(decided.route.as_deref(), Some("download"), "{name}");
        assert_eq!(decided.target.as_deref(), Some("default"), "{name}");
    }
}

#[test]
fn every_form_tells_of_the_same_requests() {
    let requests = logged_requests();
    assert!(
        requests
            .iter()
            .filter(|request| request.path.contains('+'))
            .count()
            > 5
    );
    assert!(
        requests
            .iter()
            .filter(|request| request.path.contains("%2B"))
            .count()
            > 5
    );
    for format in &LOG_FORMATS {
        check(format.name, &format.log(&requests), |number, entry| {
            is_of(entry, &requests[number], format);
        });
    }
    check(
        "all in one file",
        &mixed_log(LOG_FORMATS.iter(), &requests),
        |number, entry| {
            is_of(
                entry,
                &requests[number],
                &LOG_FORMATS[number % LOG_FORMATS.len()],
            );
        },
    );
}

/// Whatever a line holds, it is read or refused, in words that fit a line.
#[test]
fn no_line_is_too_strange() {
    let mut random = Rng::with_seed(14);
    let request = &logged_requests()[17];
    let mut readers = vec![Reader::default()];
    for format in &LOG_FORMATS {
        let mut reader = Reader::default();
        for line in format.header.lines() {
            assert_eq!(reader.read(line.as_bytes()), Ok(None), "{line}");
        }
        readers.push(reader);
    }
    let try_all = |line: &[u8]| {
        for reader in &readers {
            match reader.clone().read(line) {
                Ok(Some(entry)) => {
                    let _ = (entry.time(), entry.asked.target(), entry.asked.path());
                }
                Ok(None) => {}
                Err(why) => assert!(!why.to_string().is_empty()),
            }
        }
    };
    for format in &LOG_FORMATS {
        let line = format.line(request).into_bytes();
        for length in 0..line.len() {
            try_all(&line[..length]);
            try_all(&line[length..]);
        }
        for line in format.header.lines() {
            for length in 0..line.len() {
                try_all(&line.as_bytes()[..length]);
            }
        }
        for _ in 0..500 {
            let mut line = line.clone();
            for _ in 0..random.usize(1..5) {
                let place = random.usize(..line.len());
                let byte = *random.choice(b"\"\\[]{}<>#%/:- \t\0\xFF1T".iter()).unwrap();
                match random.u8(..3) {
                    0 => line[place] = byte,
                    1 => line.insert(place, byte),
                    _ => drop(line.remove(place)),
                }
            }
            try_all(&line);
        }
    }
}
