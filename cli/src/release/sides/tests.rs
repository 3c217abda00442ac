use std::time::Duration;

use signpost::values::Share;

use super::super::action::Compiled;
use super::super::deployed::Deployed;
use super::super::fastly::{Service, Store};
use super::super::record::RecordFile;
use super::super::smoke::Smoke;
use super::{NewConfig, Package, SideBySide, Takedown};

#[test]
fn releases_that_hold_no_redirect_back_are_shown_with_their_commands() {
    let fastly = || "fastly".to_owned();
    let compiled = Compiled {
        file: "new.toml".into(),
        json: "{}".to_owned(),
    };
    let store = Store {
        fastly: fastly(),
        id: "STORE".to_owned(),
    };
    let smoke = Smoke {
        edge: "https://crates.example".to_owned(),
        arguments: vec!["--missing".to_owned(), "it's here".to_owned()],
    };
    let shares = [1, 100].map(|percent| Share::percent(percent).unwrap());
    let config = NewConfig {
        compiled: compiled.clone(),
        shares: shares.to_vec(),
        hold: Duration::from_mins(2),
        may_refuse: false,
    };
    let package = Package {
        service: Service {
            fastly: fastly(),
            id: "SERVICE".to_owned(),
        },
        file: "pkg/signpost.tar.gz".into(),
        staging: Some("192.0.2.1".to_owned()),
    };
    let log = || Some("tail -n 0 -F signpost.log".to_owned());
    for (name, package, config, log) in [
        ("config", None, Some(config.clone()), log()),
        ("package", Some(package.clone()), None, None),
        ("both", Some(package), Some(config), None),
    ] {
        let release = SideBySide {
            store: store.clone(),
            smoke: smoke.clone(),
            deployed: Deployed {
                file: "old.toml".into(),
                json: "{}".to_owned(),
            },
            record: RecordFile::Named("way-back.json".into()),
            package,
            config,
            log,
        };
        insta::assert_snapshot!(name, release.plan());
    }
    let takedown = Takedown {
        store,
        smoke,
        deployed_config: "old.toml".into(),
        record: RecordFile::Named("way-back.json".into()),
        compiled,
    };
    insta::assert_snapshot!("takedown", takedown.plan());
}
