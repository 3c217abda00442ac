//! What a download ends with, for every combination of switch, configuration, origin and CDN.
//!
//! `tests/clients/dead_places` has a real cargo, several CDNs, and the other ways to be dead. An entry that
//! vanishes while a sandbox runs is in `tests/core/entries.rs`, because a sandbox reads its entries again
//! only after five seconds.

mod rows;
mod scene;
mod table;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::rows::{Cdn, Configuration, DECISIONS, ENDS, Group, Origin, SWITCHES, Switch};
use self::scene::Scene;

/// How many scenes run at once: each keeps the machine busy compiling the module.
const AT_ONCE: usize = 3;

#[tokio::test]
async fn every_combination_ends_as_the_table_says() {
    let columns = ENDS[0].expected[0].len();
    assert_eq!(Origin::BY_SET_UP.concat().len(), columns);
    let limit = Arc::new(Semaphore::new(AT_ONCE));
    let mut scenes = JoinSet::new();
    for switch in SWITCHES {
        for configuration in Configuration::ALL {
            for origins in Origin::BY_SET_UP {
                let limit = Arc::clone(&limit);
                scenes.spawn(async move {
                    let _permit = limit.acquire_owned().await;
                    check(switch, configuration, origins).await
                });
            }
        }
    }
    let differences = scenes.join_all().await.concat();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Runs the combinations of one scene, and says what differs from what is expected.
async fn check(switch: Switch, configuration: Configuration, origins: &[Origin]) -> Vec<String> {
    let scene = Scene::start(switch, configuration, origins[0]).await;
    let by_cdn = Group::expected(&ENDS, switch, configuration);
    let decisions = Group::expected(&DECISIONS, switch, configuration);
    let mut differences = Vec::new();
    for &origin in origins {
        for (cdn, ends) in Cdn::ALL.into_iter().zip(by_cdn) {
            let seen = scene.download(origin, cdn).await;
            let expected = (ends[origin as usize], decisions.of(origin).to_owned());
            if seen != expected {
                differences.push(format!(
                    "switch {switch:?}, configuration {configuration:?}, origin {origin:?}, \
                     CDN {cdn:?}:\nexpected {expected:?}\nseen     {seen:?}"
                ));
            }
        }
    }
    differences
}
