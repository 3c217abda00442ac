//! Whether log lines arrive where they are meant to, each once.

use super::super::draft::{Draft, Report};
use crate::config::{Key, Log, ProblemCode};

/// Notes names that no log endpoint can have, names that stand twice, and what is written in two ways.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let Some(log) = &draft.raw.log else { return };
    let table = Key::default().name("log");
    let mut note = |key: Key, message: String| {
        let code = ProblemCode::LogEndpointInvalid;
        report.sink.push(code, key, message);
    };
    let several = log.endpoints.as_deref();
    if several.is_some() && log.endpoint.is_some() {
        let message = "`endpoints` is there as well; leave one of the two out";
        note(table.name("endpoint"), message.to_owned());
    }
    if several.is_some_and(<[_]>::is_empty) {
        let message = "`log.endpoints` is empty; name at least one Fastly log endpoint";
        note(table.name("endpoints"), message.to_owned());
    }
    let only = log.endpoint.iter();
    let only = only.map(|name| (table.name("endpoint"), name));
    let several = several.into_iter().flatten().enumerate();
    let several = several.map(|(index, name)| (table.name("endpoints").index(index), name));
    let mut known: Vec<&String> = Vec::new();
    for (key, name) in only.chain(several) {
        if !Log::is_endpoint(name) {
            note(key, not_a_name(name));
        } else if known.contains(&name) {
            let message = format!("`{name}` is named twice, so each line would come twice");
            note(key, message);
        }
        known.push(name);
    }
    let Some(name) = &log.service_endpoint else {
        return;
    };
    let key = table.name("service_endpoint");
    if !Log::is_endpoint(name) {
        note(key, not_a_name(name));
    } else if known.contains(&name) {
        let message = format!(
            "`{name}` gets the log lines, and what the edge says besides is not JSON; name another endpoint"
        );
        note(key, message);
    }
}

fn not_a_name(name: &str) -> String {
    format!(
        "`{name}` is not the name of a log endpoint: printable ASCII without colons, and neither stdout nor stderr"
    )
}
