use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::fast::RandomState;

use super::band::count;

/// The most clients of a sample. Half of them remain when it is full.
pub(crate) const MOST_CLIENTS: usize = 256;

/// The most requests of a client that count as traffic.
const MOST_TRAFFIC: u16 = 50;

/// The clients of a window in one scope, and what each of them asked.
///
/// If there are more than [`MOST_CLIENTS`], only clients whose hash ends in a number of zero bits are
/// kept, half as many with each bit. All requests of a kept client count, so that the sample has no
/// bias.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clients {
    kept_bits: u32,
    table: HashMap<u64, Asked, RandomState>,
}

/// What one client asked in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Requests for another file than before, which are the traffic.
    pub(crate) firsts: u16,
    /// Requests that can be compared, at most four for a file.
    pub(crate) compared: u16,
    /// Repeats of an earlier request, at most three for a file.
    pub(crate) repeats: u16,
    /// Requests on a route.
    pub(crate) on_routes: u16,
    /// Those of them that should be redirected, and are not.
    pub(crate) not_redirected: u16,
}

/// A share of each client's requests, averaged over the clients, so that none counts for more than
/// another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mean {
    pub(crate) clients: usize,
    pub(crate) ratio: f64,
}

impl Asked {
    /// The share of repeats. Nothing if the client has asked nothing that can be compared.
    pub(crate) fn repeat_ratio(&self) -> Option<f64> {
        // A target may be blamed for what was asked in the window before.
        ratio(self.repeats, self.compared.max(self.repeats))
    }

    /// The share of requests on routes that should be redirected, and are not.
    pub(crate) fn not_redirected_ratio(&self) -> Option<f64> {
        ratio(self.not_redirected, self.on_routes)
    }

    /// What repeats, and everything else.
    pub(crate) fn split(self) -> [Self; 2] {
        let repeats = Self {
            compared: self.repeats,
            repeats: self.repeats,
            ..Self::default()
        };
        let others = Self {
            compared: self.compared.saturating_sub(self.repeats),
            repeats: 0,
            ..self
        };
        [repeats, others]
    }

    fn add(&mut self, other: &Self) {
        let Self {
            firsts,
            compared,
            repeats,
            on_routes,
            not_redirected,
        } = other;
        self.firsts = self.firsts.saturating_add(*firsts);
        self.compared = self.compared.saturating_add(*compared);
        self.repeats = self.repeats.saturating_add(*repeats);
        self.on_routes = self.on_routes.saturating_add(*on_routes);
        self.not_redirected = self.not_redirected.saturating_add(*not_redirected);
    }

    fn subtract(&mut self, other: &Self) {
        self.firsts = self.firsts.saturating_sub(other.firsts);
        self.compared = self.compared.saturating_sub(other.compared);
        self.repeats = self.repeats.saturating_sub(other.repeats);
        self.on_routes = self.on_routes.saturating_sub(other.on_routes);
        self.not_redirected = self.not_redirected.saturating_sub(other.not_redirected);
    }
}

fn ratio(part: u16, whole: u16) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

impl Clients {
    /// Adds what a client asked, if the client is in the sample.
    pub(crate) fn add(&mut self, client: u64, asked: &Asked) {
        if client.trailing_zeros() < self.kept_bits {
            return;
        }
        match self.table.entry(client) {
            Entry::Occupied(known) => known.into_mut().add(asked),
            Entry::Vacant(new) => {
                new.insert(*asked);
                if self.table.len() > MOST_CLIENTS {
                    self.keep(self.kept_bits + 1);
                }
            }
        }
    }

    /// Adds the clients of another window.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.keep(self.kept_bits.max(other.kept_bits));
        for (client, asked) in &other.table {
            self.add(*client, asked);
        }
    }

    /// The clients without what is counted in others too, such as those of a part of the scope.
    pub(crate) fn without(&self, part: &Self) -> Self {
        let mut rest = self.clone();
        // From here on, each of them has all clients of the same hashes.
        rest.keep(part.kept_bits);
        for (client, asked) in &mut rest.table {
            if let Some(part) = part.table.get(client) {
                asked.subtract(part);
            }
        }
        rest
    }

    /// The average of a share over the clients that have one.
    pub(crate) fn mean(&self, share: fn(&Asked) -> Option<f64>) -> Mean {
        let shares = self.table.values().filter_map(share);
        let (clients, sum) =
            shares.fold((0, 0.0), |(clients, sum), share| (clients + 1, sum + share));
        Mean {
            clients,
            ratio: if clients > 0 {
                sum / count(clients as u64)
            } else {
                0.0
            },
        }
    }

    /// About how many requests for another file came, at most 50 of a client.
    ///
    /// Repeats are left out, because they are many where downloads fail, and one client that asks
    /// without end counts little.
    pub(crate) fn traffic(&self) -> f64 {
        // A sample of at most 256 is never halved more often than a hash has bits.
        self.firsts().sum::<f64>() * 2.0_f64.powi(self.kept_bits.cast_signed())
    }

    /// How many requests belong together: as many as a request's client sends on average. The traffic
    /// varies as if this many came at once.
    pub(crate) fn burst(&self) -> f64 {
        let sum: f64 = self.firsts().sum();
        let squares: f64 = self.firsts().map(|firsts| firsts * firsts).sum();
        (squares / sum.max(1.0)).max(1.0)
    }

    fn firsts(&self) -> impl Iterator<Item = f64> {
        let firsts = self.table.values().map(|asked| asked.firsts);
        firsts.map(|firsts| f64::from(firsts.min(MOST_TRAFFIC)))
    }

    fn keep(&mut self, bits: u32) {
        if bits > self.kept_bits {
            self.kept_bits = bits;
            self.table
                .retain(|client, _| client.trailing_zeros() >= bits);
        }
    }
}

impl Mean {
    /// How improbable it is that independent clients differ so much from what is usual by chance: the
    /// probability is at most `e` to the power of minus this (Hoeffding 1963, theorem 1).
    pub(crate) fn surprise(self, usual: f64) -> f64 {
        // Nothing is impossible, however long it has not been seen.
        let usual = usual.clamp(0.01, 0.99);
        let part = |share: f64, usual: f64| {
            if share > 0.0 {
                share * (share / usual).ln()
            } else {
                0.0
            }
        };
        let divergence = part(self.ratio, usual) + part(1.0 - self.ratio, 1.0 - usual);
        count(self.clients as u64) * divergence
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Clients, MOST_CLIENTS, Mean};

    /// Clients of which every second one repeats every second request.
    fn clients(number: u64) -> Clients {
        let mut clients = Clients::default();
        let mut random = fastrand::Rng::with_seed(number);
        for client in 0..number {
            let hash = random.u64(..);
            for request in 0..4 {
                let is_repeat = client % 2 == 0 && request % 2 == 1;
                let asked = Asked {
                    firsts: u16::from(!is_repeat),
                    compared: 1,
                    repeats: u16::from(is_repeat),
                    ..Asked::default()
                };
                clients.add(hash, &asked);
            }
        }
        clients
    }

    #[test]
    fn a_sample_is_bounded_and_has_no_bias() {
        for number in [10, 256, 257, 5_000, 100_000] {
            let clients = clients(number);
            assert!(clients.table.len() <= MOST_CLIENTS, "{number}");
            let mean = clients.mean(Asked::repeat_ratio);
            assert_eq!(mean.clients, clients.table.len(), "{number}");
            assert!((0.2..0.3).contains(&mean.ratio), "{number}: {mean:?}");
            // Three of the four requests of every client, on average.
            let traffic = clients.traffic() / f64::from(u32::try_from(number).unwrap());
            assert!((2.4..3.6).contains(&traffic), "{number}: {traffic}");
        }
    }

    #[test]
    fn windows_are_added_up_client_by_client() {
        let mut sum = clients(20);
        sum.merge(&clients(20));
        let mean = sum.mean(Asked::repeat_ratio);
        assert_eq!((mean.clients, mean.ratio), (20, 0.25));
        let rest = sum.without(&clients(20)).mean(Asked::repeat_ratio);
        assert_eq!((rest.clients, rest.ratio), (20, 0.25));
        let nothing = sum.without(&sum).mean(Asked::repeat_ratio);
        assert_eq!(nothing.clients, 0);
        sum.merge(&clients(5_000));
        assert!(sum.table.len() <= MOST_CLIENTS);
        let bits = clients(5_000).kept_bits;
        assert!(
            sum.table
                .keys()
                .all(|client| client.trailing_zeros() >= bits)
        );
    }

    #[test]
    fn no_client_counts_for_more_than_another() {
        let mut clients = clients(99);
        for _ in 0..100_000 {
            let asked = Asked {
                compared: 1,
                repeats: 1,
                ..Asked::default()
            };
            clients.add(7, &asked);
        }
        let mean = clients.mean(Asked::repeat_ratio);
        assert!((0.24..0.27).contains(&mean.ratio), "{mean:?}");
        assert!(clients.traffic() < 99.0 * 3.5, "{}", clients.traffic());
    }

    #[test]
    fn the_more_clients_the_less_is_chance() {
        let rows = [
            // Clients, their ratio, what is usual, and between what the surprise lies.
            (10, 0.65, 0.02, 18.0..20.0),
            (10, 0.65, 0.1, 8.0..10.0),
            (20, 0.65, 0.1, 17.0..18.0),
            (100, 0.1, 0.1, 0.0..0.001),
            (100, 0.0, 0.0, 1.0..1.1),
            (1, 1.0, 0.5, 0.69..0.70),
            (0, 0.0, 0.5, 0.0..0.001),
        ];
        for (clients, ratio, usual, expected) in rows {
            let surprise = Mean { clients, ratio }.surprise(usual);
            assert!(
                expected.contains(&surprise),
                "{clients}, {ratio}: {surprise}"
            );
        }
    }
}
