//! Rounds in which what is measured and its limit take turns, because this machine's disk is fast and slow by the minute.

/// How many rounds.
pub(crate) const ROUNDS: usize = 5;

/// What the rounds brought: rates of what is measured, and of its limit.
#[derive(Default)]
pub(crate) struct Rounds(Vec<(f64, f64)>);

impl Rounds {
    pub(crate) fn add(&mut self, value: f64, limit: f64) {
        self.0.push((value, limit));
    }

    /// One line on standard output.
    pub(crate) fn tell(&self, name: &str, unit: &str) {
        let value = median(self.0.iter().map(|(value, _)| *value));
        let limit = median(self.0.iter().map(|(_, limit)| *limit));
        let ratios: Vec<f64> = self.0.iter().map(|(value, limit)| value / limit).collect();
        let lowest = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = ratios.iter().copied().fold(0.0, f64::max);
        let ratio = median(ratios.into_iter());
        println!(
            "figure {name} {value:.0} {unit} limit {limit:.0} ratio {ratio:.2} spread {lowest:.2}..{highest:.2}"
        );
    }
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
