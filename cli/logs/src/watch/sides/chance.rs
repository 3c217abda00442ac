use crate::watch::band::count;

/// How probable it is that at least `found` of the `few` are among `drawn` that are drawn by chance from `all`: the
/// tail of the hypergeometric distribution.
pub(super) fn chance(all: usize, few: usize, drawn: usize, found: usize) -> f64 {
    let ways = ln_ways(all, drawn);
    let exactly = |number: usize| {
        let of_few = ln_ways(few, number);
        let of_others = ln_ways(all.saturating_sub(few), drawn.saturating_sub(number));
        (of_few + of_others - ways).exp()
    };
    (found..=few.min(drawn)).map(exactly).sum::<f64>().min(1.0)
}

/// The logarithm of the number of ways to choose some of them.
fn ln_ways(of: usize, chosen: usize) -> f64 {
    if chosen > of {
        return f64::NEG_INFINITY;
    }
    let factor = |number: usize| count((of - number) as u64) / count(number as u64 + 1);
    (0..chosen).map(|number| factor(number).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::chance;

    #[test]
    fn the_tail_is_exact() {
        for (all, few, drawn, found, expected) in [
            (4, 2, 2, 0, 1.0),
            (4, 2, 2, 1, 5.0 / 6.0),
            (4, 2, 2, 2, 1.0 / 6.0),
            (10, 3, 5, 3, 1.0 / 12.0),
            // All four of four hundred in the worst twenty: C(20,4) / C(400,4).
            (400, 4, 20, 4, 4_845.0 / 1_050_739_900.0),
            (10, 3, 5, 4, 0.0),
            (0, 0, 0, 0, 1.0),
        ] {
            let found_chance = chance(all, few, drawn, found);
            assert!(
                (found_chance - expected).abs() <= expected * 1e-9,
                "{all}, {few}, {drawn}, {found}: {found_chance}, not {expected}"
            );
        }
    }
}
