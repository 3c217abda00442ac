//! Files of any registry, from a list as `sha256sum` writes it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Stdio;

use sha2::{Digest as _, Sha256};
use signpost_rows::SmallConfig;
use signpost_testbed::{Spoil, StandInOrigin, Validity};

use crate::bed::{Files, Smoke};
use crate::wrong_at_the_edge::edge_of;

/// An example, a file that needs encoding, and one below two folders.
const GEMS: [(&str, &str); 3] = [
    ("/gems/rails-7.0.0.gem", "/static/rails-7.0.0.gem"),
    ("/gems/a+b-1.0.gem", "/static/a+b-1.0.gem"),
    ("/specs/r/ra/rails.rz", "/static/specs/r/ra/rails.rz"),
];

/// A registry without crates, its files on the CDN, and an edge that answers rightly.
struct Bed {
    files: Files,
    edge: StandInOrigin,
    config: PathBuf,
}

impl Bed {
    async fn start() -> Self {
        let text = SmallConfig::new("")
            .target("static", "https://static.crates.io/static", "")
            .route("gem", "/gems/{file:segment}", "/{file}")
            .example("/gems/rails-7.0.0.gem", "/rails-7.0.0.gem")
            .route("specs", "/specs/{file:path}", "/specs/{file}")
            .example("/specs/a/b", "/specs/a/b")
            .to_string();
        let files = Files::start(Validity::Valid).await;
        for (request, file) in GEMS {
            files.cdn.insert(file, request);
        }
        files
            .cdn
            .insert("/static/specs/a/b", "an example without a checksum");
        let config = files.directory.path().join("gems.toml");
        fs::write(&config, &text).unwrap();
        let edge = edge_of(
            signpost::authoring::from_toml(&text).unwrap(),
            "",
            |_, _| {},
        )
        .await;
        Self {
            files,
            edge,
            config,
        }
    }

    /// A smoke test with this list, and what else is said.
    async fn smoke(&self, sums: &str, more: &[&str]) -> Smoke {
        let file = self.files.directory.path().join("SUMS");
        fs::write(&file, sums).unwrap();
        let arguments = [&["--files", file.to_str().unwrap()], more].concat();
        let edge = self.edge.url();
        self.files.smoke_with(&self.config, &edge, &arguments).await
    }
}

/// The list of all files; `write` says how a path is written.
fn sums(write: impl Fn(&str) -> String) -> String {
    let lines = GEMS.iter().map(|(request, _)| {
        let sum = format!("{:x}", Sha256::digest(request));
        format!("{sum}  {}\n", write(request))
    });
    lines.collect()
}

#[tokio::test]
async fn every_file_of_the_list_is_redirected_and_has_its_checksum() {
    let bed = Bed::start().await;
    let plain = sums(str::to_owned);
    let rows = [
        ("as it is asked for", plain.clone()),
        ("as find writes it", sums(|path| format!(".{path}"))),
        ("without a slash", sums(|path| path[1..].to_owned())),
        ("encoded", sums(|path| path.replace('+', "%2B"))),
        ("as binary", plain.replace("  /", " */")),
    ];
    for (row, sums) in rows {
        let smoke = bed.smoke(&sums, &["--format", "json"]).await;
        assert_eq!(
            smoke.code,
            Some(0),
            "{row}: {}{}",
            smoke.stdout,
            smoke.stderr
        );
        let json = smoke.json();
        assert_eq!(json["files_compared"], 3, "{row}: {json}");
        assert_eq!(json["files_not_compared"], 1, "{row}: {json}");
        let verdicts = json["verdicts"].as_array().unwrap();
        // The third is an example, and asked for once.
        let listed = verdicts.iter().filter(|verdict| verdict["kind"] == "file");
        let routes: Vec<_> = listed.map(|verdict| verdict["route"].clone()).collect();
        assert_eq!(routes, ["gem", "specs"], "{row}: {json}");
    }
}

#[tokio::test]
async fn a_list_comes_from_standard_input_as_well() {
    let bed = Bed::start().await;
    let file = bed.files.directory.path().join("SUMS");
    fs::write(&file, sums(str::to_owned)).unwrap();
    let (edge, arguments) = (bed.edge.url(), ["--files", "-"]);
    let input = Stdio::from(File::open(file).unwrap());
    let given = bed.files.smoke_given(input, &bed.config, &edge, &arguments);
    let smoke = given.await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    let words = "3 files compared with their SHA-256, 1 not compared";
    assert!(smoke.stdout.contains(words), "{}", smoke.stdout);
}

#[tokio::test]
async fn a_file_that_is_wrong_or_missing_at_the_cdn_fails() {
    let bed = Bed::start().await;
    // A file of the list must be there, whatever --missing says.
    let arguments = ["--missing", "/specs/", "--format", "json"];
    for (spoil, stage) in [
        (Spoil::OtherBytes, "checksum"),
        (Spoil::Missing, "cdn-status"),
    ] {
        for (_, file) in GEMS {
            bed.files.cdn.spoil(file, spoil);
        }
        let smoke = bed.smoke(&sums(str::to_owned), &arguments).await;
        assert_eq!(smoke.code, Some(1), "{spoil:?}: {}", smoke.stderr);
        let failures = smoke.failures();
        let failed: BTreeSet<_> = failures.keys().map(String::as_str).collect();
        assert_eq!(failed, GEMS.map(|(request, _)| request).into(), "{spoil:?}");
        for findings in failures.values() {
            assert_eq!(findings[0]["stage"], stage, "{spoil:?}: {findings:?}");
        }
    }
}

#[tokio::test]
async fn what_no_route_redirects_is_named_with_its_line() {
    let bed = Bed::start().await;
    let sum = "0".repeat(64);
    let good = sums(str::to_owned);
    for (line, words) in [
        (
            "SUM  /gems/a/b.gem",
            ":4: /gems/a/b.gem is not redirected for the host 127.0.0.1:",
        ),
        ("SUM  web/page", ":4: /web/page is not redirected"),
        (
            "SUM  gems/a?b",
            "(origin;reason=\"capture-invalid\"), so there is nothing to try; correct the path, or leave the line out\n",
        ),
        ("SUM /gems/a", ":4: `0000"),
    ] {
        let line = line.replace("SUM", &sum);
        let smoke = bed.smoke(&format!("{good}{line}\n"), &[]).await;
        assert_eq!((smoke.code, smoke.stdout.as_str()), (Some(2), ""), "{line}");
        assert!(smoke.stderr.contains(words), "{line}: {}", smoke.stderr);
    }
    let smoke = bed.smoke("# nothing\n", &[]).await;
    assert!(smoke.stderr.contains("lists no file"), "{}", smoke.stderr);
}
