//! What became of the requests.

use std::time::Duration;

use crate::answer::Status;

#[derive(Default)]
pub struct Tally {
    /// From the last byte that was sent to the last that was received, in microseconds, one for each answer.
    latencies: Vec<u128>,
    /// Answers that were no success.
    refused: usize,
    /// Requests without an answer.
    lost: usize,
    took: Duration,
}

impl Tally {
    /// Nothing yet, with room for so many.
    pub fn of(count: usize) -> Self {
        Tally { latencies: Vec::with_capacity(count), ..Tally::default() }
    }

    pub fn answered(&mut self, status: Status, took: Duration) {
        self.latencies.push(took.as_micros());
        self.refused += usize::from(!(200..300).contains(&status));
    }

    pub fn lost(&mut self) {
        self.lost += 1;
    }

    pub fn ended(&self) -> usize {
        self.latencies.len() + self.lost
    }

    /// Whoever has not been answered of `count` is lost.
    pub fn end(&mut self, count: usize, took: Duration) {
        self.lost += count - self.ended();
        self.took = took;
        self.latencies.sort_unstable();
    }

    fn percentile(&self, share: f64) -> u128 {
        let index = (self.latencies.len() as f64 * share) as usize;
        self.latencies.get(index).or(self.latencies.last()).copied().unwrap_or_default()
    }

    /// One line; latencies in microseconds.
    pub fn to_json(&self) -> String {
        let answered = self.latencies.len();
        format!(
            r#"{{"answered":{answered},"refused":{},"lost":{},"seconds":{:.4},"rps":{:.1},"p50":{},"p99":{}}}"#,
            self.refused,
            self.lost,
            self.took.as_secs_f64(),
            answered as f64 / self.took.as_secs_f64(),
            self.percentile(0.5),
            self.percentile(0.99)
        )
    }
}
