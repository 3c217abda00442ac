//! What the continuous mode refuses before the first round.

use signpost_testbed::Validity;

use crate::bed::{DOWNLOAD, Files};
use crate::wrong_at_the_edge::edge;

#[tokio::test]
async fn what_cannot_work_in_any_round_is_refused_at_the_start() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let every = |more: &[&'static str]| [&["--every", "1s"], more].concat();
    let rows: Vec<(Vec<&str>, &str)> = vec![
        (vec!["--count", "1"], "are for --every"),
        (vec!["--rounds", "1"], "are for --every"),
        (vec!["--exec", "true"], "are for --every"),
        (vec!["--metrics", &taken], "are for --every"),
        (every(&["--junit", "a.xml"]), "cannot be used with"),
        (every(&["--settle", "1s"]), "cannot be used with"),
        (vec!["--every", "10ms"], "write a duration from 1s to 24h"),
        (every(&["--count", "1"]), "no alarm could begin"),
        (
            every(&["--rounds", "0"]),
            "write a whole number, at least 1",
        ),
        (
            every(&["--missing", "/nowhere/"]),
            "no probe's path contains `/nowhere/`",
        ),
        (
            every(&["--ca", "nowhere.pem"]),
            "nowhere.pem: there is no such file",
        ),
        (
            vec!["--every", "1s", "--metrics", &taken],
            "Address already in use",
        ),
        (
            every(&["--resolve", "unused.example:443:127.0.0.1"]),
            "no request went to unused.example:443",
        ),
    ];
    for (arguments, words) in rows {
        let smoke = files.smoke(&edge.url(), &arguments).await;
        assert_eq!(smoke.code, Some(2), "{arguments:?}: {}", smoke.stdout);
        assert!(
            smoke.stderr.contains(words),
            "{arguments:?}: {}",
            smoke.stderr
        );
    }
}
