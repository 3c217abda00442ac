//! One client that asks without end.

use signpost_traffic::Traffic;

use super::{BREAK, line, traffic, watch};
use crate::log::Time;
use crate::watch::line::Line;
use crate::watch::noise::Notice;
use crate::watch::scope::Scope;

/// The lines of one client that asks this often a second for this many files.
fn client(rate: u64, files: u64, model: &Line<'static>) -> impl Iterator<Item = Line<'static>> {
    let model = model.clone();
    (0..rate * 300).map(move |number| {
        let mut line = model.clone();
        line.time =
            Time::from_millis(i64::try_from(BREAK / 1_000 + number * 1_000 / rate).unwrap());
        if let Some(download) = &mut line.download {
            download.address = "203.0.113.9".into();
            download.path = format!("/api/v1/crates/noisy/1.0.{}/download", number % files).into();
        }
        line
    })
}

#[test]
fn one_client_raises_no_alarm_and_is_told_of() {
    // How often it asks a second, for how many files, at how much other traffic. The first is also the seed.
    let rows = [
        (20, 1, 50.0),
        (60, 1, 50.0),
        (100, 40, 50.0),
        (500, 1, 50.0),
        (250, 3, 50.0),
        (500, 500, 50.0),
        (500, 20_000, 50.0),
        (500, 1, 1_000.0),
    ];
    std::thread::scope(|scope| {
        for (rate, files, others) in rows {
            scope.spawn(move || {
                let name = format!("{rate}/s for {files} files beside {others}/s");
                let settings = signpost_traffic::Settings {
                    rate: others,
                    ..traffic(rate, 600, 0)
                };
                let settings = signpost_traffic::Settings {
                    normal: settings.normal + std::time::Duration::from_mins(5),
                    ..settings
                };
                let mut lines: Vec<_> = Traffic::new(&settings).map(|it| line(&it)).collect();
                lines.extend(client(rate, files, &lines[0].clone()));
                lines.sort_by_key(|line| line.time);
                let found = watch(lines.into_iter());
                assert_eq!(found.words(), [""; 0], "{name}");
                // A build farm may be as loud.
                let is_noise = |notice: &&Notice| notice.address == "203.0.113.9";
                let noise: Vec<_> = found.notices.iter().filter(is_noise).collect();
                assert_eq!(noise.len(), 1, "{name}: {:?}", found.notices);
                assert!(noise[0].path.starts_with("/api/v1/crates/noisy/"), "{name}");
                assert_eq!(noise[0].scope, Scope::All, "{name}");
            });
        }
    });
}

#[test]
fn a_client_that_is_loud_in_its_place_alone_is_told_of() {
    for seed in 1..=3 {
        let settings = signpost_traffic::Settings {
            rate: 1_000.0,
            ..traffic(seed, 300, 0)
        };
        let settings = signpost_traffic::Settings {
            normal: settings.normal + std::time::Duration::from_mins(5),
            ..settings
        };
        let mut lines: Vec<_> = Traffic::new(&settings).map(|it| line(&it)).collect();
        let mut model = lines[0].clone();
        model.edge_location = Some("JNB".into());
        (model.target, model.route) = (Some("static".into()), Some("download".into()));
        lines.extend(client(120, 1, &model));
        lines.sort_by_key(|line| line.time);
        let found = watch(lines.into_iter());
        assert_eq!(found.words(), [""; 0], "seed {seed}");
        let is_noise = |notice: &&Notice| notice.address == "203.0.113.9";
        let noise: Vec<_> = found.notices.iter().filter(is_noise).collect();
        let [notice] = noise[..] else {
            panic!("seed {seed}: {:?}", found.notices);
        };
        let expected = Scope::EdgeLocation("JNB".to_owned());
        assert_eq!(notice.scope, expected, "seed {seed}");
    }
}
