//! What a request says of its way and of its purpose reaches the decision: a part of a file is no attempt,
//! and a CDN's own request is not sent back to it.

use signpost_rows::with_second_target;
use signpost_testbed::{LogLine, Pair};

use crate::bed::{DOWNLOAD, header, in_force, read, request};

/// Two targets, attempts, and a target that asks the registry for what it misses. It is of one test alone, because
/// attempts are remembered.
async fn pair() -> Pair {
    let loops = ["loop = \"fastly\"", "loop = \"cloudfront\""];
    let toml = with_second_target("cloudfront", [1, 1], loops);
    let config = read(&format!("retry = {{ window = \"5m\" }}\n{toml}"));
    let pair = Pair::start(|server| in_force(server).config(config.to_json()));
    pair.await.unwrap()
}

/// What it is, the fields, and whether the request comes from a target.
type Row<'r> = (&'r str, &'r [(&'r str, String)], bool);

async fn location(pair: &Pair, fields: &[(&'static str, String)]) -> Option<String> {
    let mut asked = request("GET", DOWNLOAD);
    for (name, value) in fields {
        asked.headers_mut().append(*name, value.parse().unwrap());
    }
    let answer = pair.viceroy.send(asked).await.unwrap();
    header(&answer, "location").map(str::to_owned)
}

#[tokio::test]
async fn the_parts_of_a_file_are_no_attempts_and_come_from_one_target() {
    let pair = pair().await;
    let mut places = Vec::new();
    for part in 0..6 {
        let range = format!("bytes={}-{}", part * 1000, part * 1000 + 999);
        places.push(location(&pair, &[("range", range)]).await);
    }
    assert!(places.iter().all(Option::is_some), "{places:?}");
    places.dedup();
    assert_eq!(places.len(), 1, "{places:?}");
    // Whole files are attempts, and go round.
    let first = location(&pair, &[]).await;
    assert_eq!(first, places[0]);
    assert_ne!(location(&pair, &[]).await, first);
    // Another part is answered as at first.
    let part = ("range", "bytes=6000-".to_owned());
    assert_eq!(location(&pair, &[part]).await, first);
    let lines = pair.viceroy.lines();
    let lines = lines.iter().filter_map(|line| LogLine::read(line));
    let attempts = lines.map(|line| {
        let line: serde_json::Value = serde_json::from_str(&line.message).unwrap();
        line["signpost"]["attempt"].as_u64()
    });
    let attempts: Vec<_> = attempts.collect();
    let expected = [[None; 6].as_slice(), &[Some(1), Some(2), None]].concat();
    assert_eq!(attempts, expected);
}

#[tokio::test]
async fn a_cdn_is_not_sent_back_to_itself() {
    let pair = pair().await;
    let long = "a".repeat(10_000);
    let rows: [Row<'_>; 8] = [
        ("nothing", &[], false),
        ("another CDN", &[("cdn-loop", "akamai".to_owned())], false),
        ("CDN-Loop", &[("cdn-loop", "cloudfront".to_owned())], true),
        (
            "two fields",
            &[
                ("cdn-loop", "akamai".to_owned()),
                ("cdn-loop", "Fastly; a=b".to_owned()),
            ],
            true,
        ),
        (
            "Via",
            &[("via", "1.1 3f9a.cloudfront.net (CloudFront)".to_owned())],
            true,
        ),
        (
            "behind an open comment",
            &[("via", "1.1 x (, 1.1 3f9a.cloudfront.net".to_owned())],
            true,
        ),
        (
            "behind a long value",
            &[("cdn-loop", format!("{long}, cloudfront"))],
            true,
        ),
        (
            "behind a long field",
            &[
                ("via", format!("1.1 {long}")),
                ("via", "1.1 cloudfront".to_owned()),
            ],
            true,
        ),
    ];
    for (row, fields, comes_back) in rows {
        let mut asked = request("GET", DOWNLOAD);
        for (name, value) in fields {
            let name: http::HeaderName = name.parse().unwrap();
            asked.headers_mut().append(name, value.parse().unwrap());
        }
        let answer = pair.viceroy.send(asked).await.unwrap();
        let decision = header(&answer, "signpost-decision");
        let expected = "origin;reason=\"came-from-target\"";
        assert_eq!(
            decision == Some(expected),
            comes_back,
            "{row}: {decision:?}"
        );
        assert_eq!(header(&answer, "location").is_none(), comes_back, "{row}");
    }
}
