//! A day of traffic, and a fall of it.

use std::time::Duration;

use signpost_traffic::{Part, Settings as TrafficSettings, Traffic};

use super::{BREAK, line, traffic, watch};
use crate::log::Time;
use crate::watch::alarm::Cause;
use crate::watch::line::Line;
use crate::watch::scope::Scope;

const QUARTER: u64 = 15 * 60;

/// A day that begins at `BREAK`, in quarters of an hour: traffic has its lowest point at the beginning,
/// a third of the highest. Every six hours there is a release: of a share of the redirects, or of a share of
/// the files on the side of `next`; one, ten, fifty and a hundred percent.
fn day(rate: f64, seed: u64) -> impl Iterator<Item = Line<'static>> {
    (0..96_u32).flat_map(move |quarter| {
        let turn = f64::from(quarter) / 96.0 * std::f64::consts::TAU;
        let share = match quarter % 24 {
            0 => 1,
            1 => 10,
            2 => 50,
            _ => 100,
        };
        let is_of_next = quarter >= 24;
        let settings = TrafficSettings {
            start: BREAK + u64::from(quarter) * QUARTER * 1_000_000,
            rate: rate * (1.0 - 0.5 * turn.cos()),
            normal: Duration::ZERO,
            broken: Duration::from_secs(QUARTER),
            seed: seed * 1_000 + u64::from(quarter),
            farms: 20,
            share: if is_of_next { 100 } else { share },
        };
        // Promoted after an hour.
        let next = if is_of_next && quarter % 24 < 4 {
            share
        } else {
            0
        };
        let requests = Traffic::new(&settings)
            .breaking(Part::Nothing)
            .releasing(next);
        requests.map(move |request| {
            let mut line = line(&request);
            if let Some(in_force) = &mut line.in_force {
                let is_old = next > 0 && !request.is_next();
                in_force.revision = format!("r{}", quarter / 24 - u32::from(is_old)).into();
                if next == 0 {
                    in_force.switch = format!("enforce {}%", settings.share).into();
                }
            }
            line
        })
    })
}

#[test]
fn a_day_with_a_cycle_deployments_and_build_farms_raises_no_alarm() {
    std::thread::scope(|scope| {
        for (rate, seed) in [(10.0, 1), (15.0, 2), (10.0, 3)] {
            scope.spawn(move || {
                let found = watch(day(rate, seed));
                assert_eq!(found.words(), [""; 0], "{rate}/s, seed {seed}");
                found.assert_no_notice_of_a_place(&format!("{rate}/s, seed {seed}"));
            });
        }
    });
}

/// Where it falls, the traffic and its seeds, and the most seconds until the alarm.
type Row = (
    &'static str,
    f64,
    &'static [u64],
    fn(&Line<'_>) -> bool,
    i64,
    Scope,
);

#[test]
fn traffic_that_falls_to_a_quarter_raises_an_alarm() {
    let everywhere = |_: &Line<'_>| true;
    let in_fra = |line: &Line<'_>| line.edge_location.as_deref() == Some("FRA");
    let fra = Scope::EdgeLocation("FRA".to_owned());
    let rows: [Row; 4] = [
        ("everywhere", 150.0, &[1], everywhere, 40, Scope::All),
        (
            "everywhere, little traffic",
            50.0,
            &[1, 2, 3],
            everywhere,
            130,
            Scope::All,
        ),
        ("in one place", 1_000.0, &[1], in_fra, 40, fra.clone()),
        (
            "in one place, little traffic",
            300.0,
            &[1, 2, 3],
            in_fra,
            130,
            fra,
        ),
    ];
    std::thread::scope(|scope| {
        let rows = rows
            .iter()
            .flat_map(|row| row.2.iter().map(move |seed| (row, *seed)));
        for ((name, rate, _, is_in, within, expected), seed) in rows {
            let name = format!("{name}, seed {seed}");
            scope.spawn(move || {
                let settings = TrafficSettings {
                    rate: *rate,
                    ..traffic(seed, 1_200, 0)
                };
                let settings = TrafficSettings {
                    normal: settings.normal + Duration::from_mins(5),
                    ..settings
                };
                let mut random = fastrand::Rng::with_seed(seed);
                let broke = Time::from_millis(i64::try_from(BREAK / 1_000).unwrap());
                let lines = Traffic::new(&settings).map(|request| line(&request));
                // The CDN answers 403: cargo does not ask again, and a build ends at its first file.
                let found = watch(
                    lines.filter(|line| line.time < broke || !is_in(line) || random.u8(..4) == 0),
                );
                let words = found.words();
                let [alarm] = &found.alarms[..] else {
                    panic!("{name}: {words:#?}");
                };
                assert!(
                    (1..=*within).contains(&found.after()[0]),
                    "{name}: {words:#?}"
                );
                assert_eq!(alarm.scope, *expected, "{name}: {words:#?}");
                assert!(
                    matches!(alarm.cause, Cause::TrafficFell { .. }),
                    "{name}: {words:#?}"
                );
            });
        }
    });
}
