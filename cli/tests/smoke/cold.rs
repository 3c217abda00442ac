//! The real module under Viceroy, and CDNs that fetch what their caches lack from the registry: the edge
//! redirects a CDN that hides, and the file is never found.

use std::path::PathBuf;

use bytes::Bytes;
use http::Response;
use sha2::{Digest as _, Sha256};
use signpost_rows::SmallConfig;
use signpost_testbed::{Protocol, Pull, RecordedRequest, Spoil, TlsCdn, Validity, stand_in_file};

use crate::bed::{Files, Module, Smoke};

/// The host of the registry, where its users and its CDNs ask.
const REGISTRY: &str = "127.0.0.1";

const WARM: &str = "/gems/rails-7.0.0.gem";

/// Which no cache has.
const COLD: &str = "/gems/rake-13.0.6.gem";

/// How the edge knows a request of such a CDN.
const KNOWN: &str = "loop = \"cloudfront\"";

const HOSTS: [&str; 2] = ["a.example", "b.example"];

struct Bed {
    files: Files,
    module: Module,
    cdns: [TlsCdn; 2],
    config: PathBuf,
}

impl Bed {
    async fn start() -> Self {
        let text = SmallConfig::new(&format!("hosts = [{REGISTRY:?}]"))
            .target("a", "https://a.example", KNOWN)
            .target("b", "https://b.example", KNOWN)
            .route("gem", "/gems/{file:segment}", "/gems/{file}")
            .to_string();
        let examples = ["a", "b"].map(|target| {
            format!(
                "\n[[routes.examples]]\nrequest = {WARM:?}\ntarget = {target:?}\n\
                 location = \"https://{target}.example{WARM}\"\n"
            )
        });
        let text = text + &examples.concat();
        let files = Files::start(Validity::Valid).await;
        let config = files.directory.path().join("gems.toml");
        std::fs::write(&config, &text).unwrap();
        // The registry itself has every file.
        let reply = |request: &RecordedRequest| {
            let path = request.target.split('?').next().unwrap_or_default();
            if path.starts_with("/gems/ra") {
                Response::new(stand_in_file(path))
            } else {
                let missing = Response::builder().status(404);
                missing.body(Bytes::from("no such page\n")).unwrap()
            }
        };
        let entry = signpost::authoring::from_toml(&text).unwrap();
        let module = Module::before(reply, |server| {
            server.config(entry.to_json()).switch("enforce")
        });
        let mut cdns = Vec::new();
        for (host, protocol) in HOSTS.into_iter().zip([Protocol::Http1, Protocol::Http2]) {
            let content = [(WARM, stand_in_file(WARM))];
            let cdn = TlsCdn::start(host, Validity::Valid, protocol, content).await;
            cdns.push(cdn.unwrap());
        }
        Self {
            module: module.await,
            cdns: cdns.try_into().unwrap(),
            files,
            config,
        }
    }

    /// The CDN at this place fetches from the edge, and the other has every file.
    fn pull(&self, place: usize, is_marked: bool) {
        self.cdns[place].pull(Pull {
            from: self.module.viceroy.address(),
            host: REGISTRY,
            is_marked,
        });
        self.cdns[1 - place].insert(COLD, stand_in_file(COLD));
    }

    async fn smoke(&self, more: &[&str]) -> Smoke {
        let mut arguments = vec!["--format".to_owned(), "json".to_owned()];
        for (host, cdn) in HOSTS.into_iter().zip(&self.cdns) {
            let authority = self.files.directory.path().join(host);
            std::fs::write(&authority, cdn.authority()).unwrap();
            let authority = authority.to_str().unwrap().to_owned();
            let detour = format!("{host}:443:{}", cdn.address());
            arguments.extend([
                "--ca".to_owned(),
                authority,
                "--connect-to".to_owned(),
                detour,
            ]);
        }
        let mut arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        arguments.extend(more);
        self.files
            .smoke_alone(&self.config, &self.module.viceroy.url(), &arguments)
            .await
    }
}

#[tokio::test]
async fn a_cdn_that_fetches_from_the_edge_is_found_by_a_file_that_no_cache_has() {
    for place in [0, 1] {
        for is_marked in [false, true] {
            let bed = Bed::start().await;
            bed.pull(place, is_marked);
            let sums = bed.files.directory.path().join("SHA256SUMS");
            let sum = format!("{:x}", Sha256::digest(stand_in_file(COLD)));
            std::fs::write(&sums, format!("{sum}  {COLD}\n")).unwrap();
            for (how, more, kinds) in [
                ("none", &[][..], &[][..]),
                ("a query", &["--cold-query", "v"], &["cold"]),
                (
                    "a file",
                    &["--files", sums.to_str().unwrap()],
                    &["file", "target"],
                ),
            ] {
                let row = format!("{how}, {}, marked: {is_marked}", HOSTS[place]);
                let smoke = bed.smoke(more).await;
                let is_found = !is_marked && !kinds.is_empty();
                let code = i32::from(is_found);
                assert_eq!(
                    smoke.code,
                    Some(code),
                    "{row}: {}{}",
                    smoke.stdout,
                    smoke.stderr
                );
                let json = smoke.json();
                let verdicts = json["verdicts"].as_array().unwrap();
                let wrong = verdicts.iter().filter(|verdict| verdict["passed"] == false);
                let wrong: Vec<_> = wrong.collect();
                assert_eq!(wrong.len(), usize::from(is_found), "{row}: {wrong:#?}");
                for verdict in wrong {
                    assert!(kinds.contains(&verdict["kind"].as_str().unwrap()), "{row}");
                    let findings = verdict["findings"].as_array().unwrap();
                    assert_eq!(findings.len(), 1, "{row}: {findings:#?}");
                    assert_eq!(findings[0]["stage"], "cdn-loop", "{row}");
                    let message = findings[0]["message"].as_str().unwrap();
                    let server = format!(
                        "(https://{}) at {}",
                        HOSTS[place],
                        bed.cdns[place].address()
                    );
                    assert!(message.contains(&server), "{row}: {message}");
                }
                // What the CDN fetched is shown as such.
                let misses = verdicts.iter().filter(|it| it["file"]["cached"] == "miss");
                assert_eq!(misses.count(), usize::from(!kinds.is_empty()), "{row}");
            }
        }
    }
}

#[tokio::test]
async fn a_cdn_that_has_the_file_whatever_the_query_has_shown_nothing() {
    let bed = Bed::start().await;
    // No header says whence the file came.
    let smoke = bed.smoke(&["--cold-query", "v"]).await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    let json = smoke.json();
    let notes = json["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 2, "{notes:?}");
    for (note, host) in notes.iter().zip(HOSTS) {
        let note = note.as_str().unwrap();
        assert!(
            note.starts_with(&format!("https://{host}{WARM}?v=")),
            "{note}"
        );
        assert!(note.contains("may have come from a cache"), "{note}");
    }
    for cdn in &bed.cdns {
        cdn.spoil(WARM, Spoil::FromCache);
    }
    let smoke = bed.smoke(&["--cold-query", "v"]).await;
    assert_eq!(smoke.code, Some(1), "{}{}", smoke.stdout, smoke.stderr);
    let failures = smoke.failures();
    assert_eq!(failures.len(), 2, "{failures:#?}");
    for findings in failures.values() {
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(findings[0]["stage"], "cdn-loop");
        let message = findings[0]["message"].as_str().unwrap();
        assert!(message.contains("came from a cache"), "{message}");
    }
    // Without a redirect, no target is asked.
    for (more, code) in [
        (&["--switch", "off"][..], 2),
        (&["--switch", "off", "--targets", "always"], 1),
    ] {
        let smoke = bed.smoke(&[more, &["--cold-query", "v"]].concat()).await;
        assert_eq!(smoke.code, Some(code), "{more:?}: {}", smoke.stderr);
        let is_refused = smoke.stderr.contains("add --targets always");
        assert_eq!(is_refused, code == 2, "{more:?}: {}", smoke.stderr);
        let is_cold = smoke.stdout.contains("\"kind\": \"cold\"");
        assert_eq!(is_cold, code == 1, "{more:?}: {}", smoke.stdout);
    }
}
