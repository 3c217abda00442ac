//! Random numbers that a seed gives again.

/// Random numbers: `SplitMix64`.
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of one case of one seed.
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        let mut seeded = Self(seed);
        Self(seeded.next() ^ case.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0, below the end; 0 if the end is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("64 bits");
        usize::try_from(self.next() % end).expect("a number below a usize")
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A text of these characters, of the least length or a little more; seldom of a length about the edge.
    pub(crate) fn text(&mut self, characters: &str, least: usize, edge: usize) -> String {
        let length = if self.once_in(40) {
            edge - 2 + self.below(5)
        } else {
            least + self.below(9)
        };
        (0..length)
            .map(|_| char::from(*self.pick(characters.as_bytes())))
            .collect()
    }
}
