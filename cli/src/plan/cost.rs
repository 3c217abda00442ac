//! What the change means in requests and money.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use indicatif::{HumanCount, HumanFloatCount};
use serde::Serialize;
use signpost_logs::text::float;

use super::shares::Share;

/// The prices of an edge platform, in any currency.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Prices {
    million_requests: f64,
    million_cpu_ms: f64,
}

/// The vCPU milliseconds of one request, as measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct CpuTimes {
    /// Of one that the edge answers: with a redirect, its JSON form, or the answer to a preflight.
    answered: f64,
    /// Of one that it passes to the origin.
    passed: f64,
}

/// Requests and money with the old and the new configuration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Cost {
    prices: Prices,
    cpu_ms: CpuTimes,
    old: Bill,
    new: Bill,
    change: Change,
}

/// What one configuration costs for the planned requests.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Bill {
    /// Those that reach the edge.
    edge_requests: u64,
    /// Those that the edge answers.
    answered: u64,
    /// Those that the origin answers.
    origin_requests: u64,
    cpu_ms: f64,
    price: f64,
    /// For a million of the planned requests.
    price_per_million: f64,
}

/// The new bill without the old one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Change {
    edge_requests: i128,
    answered: i128,
    origin_requests: i128,
    cpu_ms: f64,
    price: f64,
    price_per_million: f64,
}

const MILLION: f64 = 1e6;

impl Cost {
    /// The cost of the requests with these shares. Before there is a configuration, nothing runs at the edge.
    pub(super) fn new(
        shares: &[Share],
        requests: u64,
        is_first: bool,
        prices: Prices,
        cpu_ms: CpuTimes,
    ) -> Self {
        let answered = shares.iter().filter_map(Share::at_the_edge);
        let (old, new) = answered.fold((0, 0), |(old, new), (more_old, more_new)| {
            (old + more_old, new + more_new)
        });
        let bill = |at_edge, answered| Bill::new(requests, at_edge, answered, prices, cpu_ms);
        let (old, new) = (bill(!is_first, old), bill(true, new));
        Self {
            prices,
            cpu_ms,
            old,
            new,
            change: Change::between(&old, &new),
        }
    }
}

impl Bill {
    fn new(requests: u64, at_edge: bool, answered: u64, prices: Prices, times: CpuTimes) -> Self {
        let edge_requests = if at_edge { requests } else { 0 };
        let passed = edge_requests.saturating_sub(answered);
        let cpu_ms = float(answered) * times.answered + float(passed) * times.passed;
        let of_requests = float(edge_requests) * prices.million_requests;
        let price = (of_requests + cpu_ms * prices.million_cpu_ms) / MILLION;
        Self {
            edge_requests,
            answered,
            origin_requests: requests.saturating_sub(answered),
            cpu_ms,
            price,
            price_per_million: price / float(requests.max(1)) * MILLION,
        }
    }
}

impl Change {
    fn between(old: &Bill, new: &Bill) -> Self {
        let more = |of: fn(&Bill) -> u64| i128::from(of(new)) - i128::from(of(old));
        Self {
            edge_requests: more(|bill| bill.edge_requests),
            answered: more(|bill| bill.answered),
            origin_requests: more(|bill| bill.origin_requests),
            cpu_ms: new.cpu_ms - old.cpu_ms,
            price: new.price - old.price,
            price_per_million: new.price_per_million - old.price_per_million,
        }
    }
}

impl Display for Cost {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            prices,
            cpu_ms,
            old,
            new,
            change,
        } = self;
        let (requests, cpu) = (prices.million_requests, prices.million_cpu_ms);
        writeln!(
            f,
            "\nCost, at {requests} for a million requests and {cpu} for a million vCPU milliseconds:"
        )?;
        let mut row = |name, [old, new, change]: [String; 3]| {
            writeln!(f, "  {name:22} {old:>15} {new:>15} {change:>15}")
        };
        let count = |old, new, change: i128| {
            let number = u64::try_from(change.unsigned_abs()).unwrap_or(u64::MAX);
            let sign = if change < 0 { '-' } else { '+' };
            let change = format!("{sign}{}", HumanCount(number));
            [
                HumanCount(old).to_string(),
                HumanCount(new).to_string(),
                change,
            ]
        };
        let money = |old: f64, new: f64, change| {
            let digits = if old.max(new) < 1.0 { 6 } else { 4 };
            [
                format!("{old:.digits$}"),
                format!("{new:.digits$}"),
                format!("{change:+.digits$}"),
            ]
        };
        row("", ["old", "new", "change"].map(str::to_owned))?;
        row(
            "requests to the edge",
            count(old.edge_requests, new.edge_requests, change.edge_requests),
        )?;
        row(
            "answered by it",
            count(old.answered, new.answered, change.answered),
        )?;
        row(
            "requests to the origin",
            count(
                old.origin_requests,
                new.origin_requests,
                change.origin_requests,
            ),
        )?;
        let sign = if change.cpu_ms < 0.0 { "" } else { "+" };
        row(
            "vCPU milliseconds",
            [
                HumanFloatCount(old.cpu_ms).to_string(),
                HumanFloatCount(new.cpu_ms).to_string(),
                format!("{sign}{}", HumanFloatCount(change.cpu_ms)),
            ],
        )?;
        row("price", money(old.price, new.price, change.price))?;
        row(
            "for a million requests",
            money(
                old.price_per_million,
                new.price_per_million,
                change.price_per_million,
            ),
        )?;
        let (answered, passed) = (cpu_ms.answered, cpu_ms.passed);
        writeln!(
            f,
            "  --cpu-ms says {answered} vCPU milliseconds for an answer and {passed} for a request that is passed on. The\n  \
             price has no bytes, none of the requests that redirects bring to the CDN, and no discounts."
        )
    }
}

impl FromStr for Prices {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (requests, cpu) = text.split_once(',').ok_or(
            "it needs two prices with a comma between them, of a million requests and of a million vCPU milliseconds, such as 0.60,0.05",
        )?;
        Ok(Self {
            million_requests: number(requests)?,
            million_cpu_ms: number(cpu)?,
        })
    }
}

impl FromStr for CpuTimes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (answered, passed) = text.split_once(',').unwrap_or((text, text));
        Ok(Self {
            answered: number(answered)?,
            passed: number(passed)?,
        })
    }
}

/// The largest price or time. With more, the price of many requests might not be a finite number.
const MOST: f64 = 1e12;

/// A number that is neither negative nor above `MOST`, written with digits alone.
fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    match text.parse() {
        Ok(number) if is_plain && number <= MOST => Ok(number),
        Ok(_) if is_plain => Err(format!("`{text}` is more than {MOST}")),
        _ => Err(format!("`{text}` is not a number such as 0.05")),
    }
}
