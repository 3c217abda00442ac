//! What a log says, as plain values: for those who try the reader from outside.

use std::io::Read;

use super::chunks::Chunks;
use super::entry::Entry;
use super::time::Time;

/// A line of a log that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldLine {
    /// Counted from 1.
    pub number: u64,
    /// Its request, or why it cannot be read.
    pub request: Result<Told, String>,
}

/// A request as its line tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The method.
    pub method: String,
    /// A URL, or a path with its query.
    pub url: String,
    /// The host in the URL.
    pub host: Option<String>,
    /// The path without the query, as it is written.
    pub path: String,
    /// The path and query, as a client sends them.
    pub target: String,
    /// In milliseconds since 1970.
    pub time: Option<i64>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The client's address.
    pub client: Option<String>,
    /// In any encoding.
    pub user_agent: Option<Vec<u8>>,
}

/// Reads a log to its end, as every command does.
pub fn tell(log: impl Read) -> Vec<ToldLine> {
    let mut chunks = Chunks::new(log);
    let mut told = Vec::new();
    while let Some(chunk) = chunks.next(Vec::new()) {
        let mut reader = chunk.reader.clone();
        told.extend(chunk.lines().filter_map(|(number, line)| {
            let read = reader.read(line).map_err(|why| why.to_string());
            let request = read.transpose()?.map(Told::from);
            Some(ToldLine { number, request })
        }));
    }
    told
}

impl From<Entry<'_>> for Told {
    fn from(entry: Entry<'_>) -> Self {
        let asked = &entry.asked;
        Self {
            host: asked.host().map(str::to_owned),
            path: asked.path().into_owned(),
            target: asked.target().into_owned(),
            time: entry.time().ok().map(Time::millis),
            status: entry.status,
            client: entry.client.map(String::from),
            user_agent: entry.user_agent.map(Vec::from),
            method: entry.asked.method.into_owned(),
            url: entry.asked.url.into_owned(),
        }
    }
}
