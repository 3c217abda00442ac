//! The real module under Viceroy with two configurations in force: files on both sides are asked for, and
//! each is expected from its side.

use crate::bed::{Module, PRODUCTION};
use crate::two_targets::{BOTH, TwoCdns};

/// The module with the entry `next`, which sends every file to the first of the two targets.
async fn module(switch: &str, next: &str) -> Module {
    BOTH.module_with(|server| server.switch(switch).next(next))
        .await
}

#[tokio::test]
async fn each_file_is_expected_from_its_side() {
    let cdns = TwoCdns::start().await;
    let file = cdns.files.directory.path().join("next.toml");
    std::fs::write(&file, &*PRODUCTION).unwrap();
    let config = signpost::authoring::from_toml(&PRODUCTION).unwrap();
    let next = config.to_json();
    for (row, switch, entry, code) in [
        ("half", "enforce, next 50%", next, 0),
        ("all", "enforce, next 100%", next, 0),
        // Then `config` answers, as only a repeated attempt at a file of `next` may get it.
        ("broken", "enforce, next 100%", "{}", 1),
    ] {
        let module = module(switch, entry).await;
        let arguments = ["--switch", switch, "--next", file.to_str().unwrap()];
        let smoke = cdns.smoke(BOTH, &module.viceroy.url(), &arguments).await;
        let printed = format!("{row}: {}{}", smoke.stdout, smoke.stderr);
        assert_eq!(smoke.code, Some(code), "{printed}");
        assert_eq!(smoke.stdout.contains("[decision]"), code == 1, "{printed}");
    }
}
