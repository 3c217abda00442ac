//! Sends the log of some traffic as fast as it happens.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime};

use signpost_testbed::Delivery;
use signpost_traffic::{Settings, Traffic};
use tokio::time::{MissedTickBehavior, interval};

use crate::edge::Edge;

/// The real module answers one in so many requests: Viceroy cannot answer all of them.
const ANSWERED: usize = 100;

/// The sender keeps up with the traffic if it is at most this late.
const LATE: Duration = Duration::from_secs(1);

/// How often it sends what is due.
const TICK: Duration = Duration::from_millis(2);

/// Sends the line of each request once its time has come, and notes when the first bad answer came.
///
/// What lies in the past is sent at once, so `signpost watch` learns what is usual in a few seconds.
pub(crate) async fn send(
    edge: &Edge,
    delivery: &mut Delivery,
    settings: &Settings,
    first_bad: &Cell<Option<Instant>>,
) {
    let traffic = Traffic::new(settings);
    let break_at = traffic.break_at();
    let late = u64::try_from(LATE.as_micros()).unwrap();
    let mut line = String::new();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut now = micros();
    for (number, request) in traffic.enumerate() {
        let time = request.time();
        if time > now {
            now = micros();
        }
        while time > now {
            delivery.flush().await.unwrap();
            ticks.tick().await;
            now = micros();
        }
        let is_broken = time >= break_at;
        let is_first_bad = is_broken && request.is_redirected() && first_bad.get().is_none();
        if is_first_bad || (number % ANSWERED == 0 && now < time + late) {
            edge.answer(&request, is_broken, &mut line).await;
        } else {
            let at = SystemTime::UNIX_EPOCH + Duration::from_micros(time);
            let at = humantime::format_rfc3339_micros(at).to_string();
            edge.write(&request, is_broken, &at, &mut line);
        }
        if is_first_bad {
            first_bad.set(Some(Instant::now()));
            now = micros();
            assert!(
                now < time + late,
                "this machine is too slow: the break is sent {} s late",
                (now - time) / 1_000_000
            );
        }
        delivery.send(time, line.as_bytes()).await.unwrap();
    }
    delivery.flush().await.unwrap();
}

/// Microseconds since 1970.
pub(crate) fn micros() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    u64::try_from(now.unwrap().as_micros()).unwrap()
}
