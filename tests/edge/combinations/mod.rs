//! What a download ends with, for every combination of switch, configuration, origin and CDN.
//!
//! `tests/clients/dead_places` has a real cargo, several CDNs, and the other ways to be dead. An entry that
//! vanishes while a sandbox runs is in `tests/core/entries.rs`, because a sandbox reads its entries again
//! only after five seconds.

mod rows;
mod scene;
mod table;

use tokio::task::JoinSet;

use self::rows::{Cdn, Configuration, DECISIONS, ENDS, Group, Origin, SWITCHES, Switch};
use self::scene::Scene;

#[tokio::test]
async fn every_combination_ends_as_the_table_says() {
    let columns = ENDS[0].expected[0].len();
    assert_eq!(Origin::BY_SET_UP.concat().len(), columns);
    let mut scenes = JoinSet::new();
    for origins in Origin::BY_SET_UP {
        scenes.spawn(async move {
            let mut scene = Scene::start(origins[0]).await;
            let mut differences = Vec::new();
            for switch in SWITCHES {
                for configuration in Configuration::ALL {
                    scene.take(switch, configuration).await;
                    differences.extend(check(&scene, switch, configuration, origins).await);
                }
            }
            differences
        });
    }
    let differences = scenes.join_all().await.concat();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Downloads with this switch and configuration, once for each origin and CDN, and returns what differs from the
/// tables.
async fn check(
    scene: &Scene,
    switch: Switch,
    configuration: Configuration,
    origins: &[Origin],
) -> Vec<String> {
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
