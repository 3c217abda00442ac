//! What version 0.1 compiled keeps its meaning: a module is newer than an entry for as long as nobody
//! compiles the configuration again.

use crate::test;
use std::fmt::Write as _;

use signpost::decision::Reason;
use signpost::received::Received;
use signpost::values::Switch;
use signpost_rows::{OLD_ENTRIES, old_answers};

/// An answer in the words of the rows.
fn in_words(answer: &signpost::Answer<'_, '_>) -> String {
    let Some(reply) = answer.reply() else {
        let reason = answer.decision().reason().map_or("", Reason::code);
        return format!("origin {reason}");
    };
    let mut words = format!("{} ", reply.status);
    for (name, value) in &reply.headers {
        write!(words, "{name}: {value}; ").expect("writing to a string does not fail");
    }
    words.push_str(&reply.body);
    words.trim_end().to_owned()
}

#[test]
fn an_old_entry_gives_the_answers_of_its_time() {
    let mut rows = 0;
    for (name, entry) in OLD_ENTRIES {
        let config = signpost::config::from_json(entry).unwrap_or_else(|it| panic!("{name}: {it}"));
        for [_, host, path, accept, expected] in old_answers().filter(|row| row[0] == name) {
            let received = Received::read(Some(host), path);
            let request = received.request("GET").with_accept([accept.as_bytes()]);
            let answer = signpost::answer(&config, &request, Switch::ENFORCE);
            assert_eq!(in_words(&answer), expected, "{name}: {path}, {accept}");
            rows += 1;
        }
    }
    assert_eq!(rows, old_answers().count(), "each row is of an entry");
}
