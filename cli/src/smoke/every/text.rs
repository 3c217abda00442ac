//! Rounds and alarms for people.

use anstyle::{AnsiColor, Style};
use signpost_logs::log::Time;
use signpost_logs::text::{alarm_began, alarm_ended, counted};

use crate::smoke::every::alarms::Alarm;
use crate::smoke::every::found::Found;
use crate::smoke::every::place::Place;
use crate::smoke::every::round::Round;

const OK: Style = AnsiColor::Green.on_default();
const FAILED: Style = AnsiColor::Red.on_default().bold();

/// The line of a round.
pub(crate) fn round(time: Time, round: &Round, found: &Found) -> String {
    let took = format!("{:.1} s", round.took.as_secs_f64());
    let faults: Vec<_> = found
        .faults
        .iter()
        .map(|(key, fault)| match key.place {
            Place::All => fault.in_short(),
            _ => format!("{} {}", key.place, fault.in_short()),
        })
        .collect();
    let faults = faults.join(", ");
    match &round.report {
        Err(_) => format!("{time}  {FAILED}FAILED{FAILED:#} in {took}: {faults}\n"),
        Ok(report) => {
            let totals = report.totals();
            let probes = counted(totals.probes, "probe");
            match totals.failed {
                0 => format!("{time}  {OK}ok{OK:#} {probes} in {took}\n"),
                failed => format!(
                    "{time}  {FAILED}FAILED{FAILED:#} {failed} of {probes} in {took}: {faults}\n"
                ),
            }
        }
    }
}

/// The line of an alarm that has begun or ended.
pub(crate) fn alarm(alarm: &Alarm) -> String {
    match alarm.ended {
        None => alarm_began(alarm.began, alarm.number, alarm),
        Some(ended) => {
            let lasted = ended.since(alarm.began);
            alarm_ended(ended, alarm.number, lasted, &alarm.scope)
        }
    }
}
