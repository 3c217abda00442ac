use std::net::Ipv4Addr;

use super::files;

/// The share of requests that come from farms, on average over the minutes.
const FARM_SHARE: f64 = 0.12;

/// The `User-Agent`s, each as often as it stands here.
const USER_AGENTS: [&str; 12] = [
    "cargo/1.95.0",
    "cargo/1.95.0",
    "cargo/1.95.0",
    "cargo/1.95.0",
    "cargo/1.94.1",
    "cargo/1.94.1",
    "cargo/1.93.1",
    "cargo/1.91.1",
    "cargo/1.88.0",
    "cargo/1.75.0",
    "cargo/1.97.0-nightly",
    "cargo-binstall/1.15.0",
];

/// Who sends requests: an address and a `User-Agent`, by its place in [`USER_AGENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Client {
    address: u32,
    user_agent: u8,
}

/// The builds that are under way. When one has all its files, the next one takes its place.
#[derive(Debug)]
pub(super) struct Builds {
    under_way: Vec<Build>,
    farms: Vec<Client>,
    burst: Burst,
    /// The most machines of a farm. A registry of little traffic has small ones.
    most_machines: u32,
    /// The minute that `farm_share` is for.
    minute: u64,
    farm_share: f64,
}

#[derive(Clone, Debug)]
struct Build {
    client: Client,
    /// Machines of one burst have equal ones, and so ask for the same files.
    random: fastrand::Rng,
    /// The place of the next file in the order of popularity.
    rank: u32,
    /// The share of its files that it does not have yet.
    missing: f64,
}

/// The machines of a farm that start on one lock file.
#[derive(Debug)]
struct Burst {
    machines_left: u32,
    build: Option<Build>,
}

impl Client {
    pub(super) fn address(self) -> Ipv4Addr {
        Ipv4Addr::from_bits((10 << 24) | (self.address & 0x00ff_ffff))
    }

    pub(super) fn user_agent(self) -> &'static str {
        USER_AGENTS[usize::from(self.user_agent) % USER_AGENTS.len()]
    }

    fn any(random: &mut fastrand::Rng) -> Self {
        Self {
            address: random.u32(..),
            user_agent: random.u8(..),
        }
    }
}

impl Builds {
    pub(super) fn new(rate: f64, farms: u32, random: &mut fastrand::Rng) -> Self {
        // A whole lock file of some 80 popular crates then takes a few seconds; in little traffic it
        // takes longer, so that no single build is most of it.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let at_once = (rate / 20.0).clamp(64.0, 1e6) as usize;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let most_machines = (rate / 20.0).clamp(5.0, 60.0) as u32;
        let mut builds = Self {
            under_way: Vec::new(),
            farms: (0..farms).map(|_| Client::any(random)).collect(),
            burst: Burst {
                machines_left: 0,
                build: None,
            },
            most_machines,
            minute: 0,
            farm_share: FARM_SHARE,
        };
        for _ in 0..at_once {
            let build = builds.start(random);
            builds.under_way.push(build);
        }
        builds
    }

    /// Who sends a request at a time, and for which file.
    pub(super) fn next(&mut self, time: u64, random: &mut fastrand::Rng) -> (Client, u16) {
        let minute = time / 60_000_000;
        if minute != self.minute {
            self.minute = minute;
            self.farm_share = FARM_SHARE * 2.0 * random.f64();
        }
        let place = random.usize(..self.under_way.len());
        loop {
            let build = &mut self.under_way[place];
            let client = build.client;
            if let Some(file) = build.next_file() {
                return (client, file);
            }
            self.under_way[place] = self.start(random);
        }
    }

    fn start(&mut self, random: &mut fastrand::Rng) -> Build {
        if self.farms.is_empty() || random.f64() >= self.farm_share {
            return Build::new(Client::any(random), random);
        }
        if self.burst.machines_left == 0 {
            let farm = self.farms[random.usize(..self.farms.len())];
            self.burst.machines_left = random.u32(5..=self.most_machines);
            self.burst.build = Some(Build::new(farm, random));
        }
        self.burst.machines_left -= 1;
        match &self.burst.build {
            Some(build) => build.clone(),
            None => Build::new(Client::any(random), random),
        }
    }
}

impl Build {
    fn new(client: Client, random: &mut fastrand::Rng) -> Self {
        let is_update = random.bool();
        Self {
            client,
            random: random.fork(),
            rank: random.u32(..5),
            missing: if is_update { 0.1 } else { 1.0 },
        }
    }

    /// The next file, more and more seldom asked for; nothing after the last one.
    fn next_file(&mut self) -> Option<u16> {
        loop {
            let file = u16::try_from(self.rank).ok()?;
            if file >= files::count() {
                return None;
            }
            self.rank += 1 + self.random.u32(..=self.rank / 10);
            if self.random.f64() < self.missing {
                return Some(by_popularity(file));
            }
        }
    }
}

/// The file at a place in the order of popularity. Which crates are popular does not matter here,
/// only that the alphabet does not say it.
fn by_popularity(rank: u16) -> u16 {
    let count = u64::from(files::count());
    // Multiplying by a prime that does not divide the count gives every file once.
    u16::try_from(u64::from(rank) * 7_919 % count).unwrap_or_default()
}
