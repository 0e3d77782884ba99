//! The state machine of health: what one address has done of late, and whether it may be sent requests.
//!
//! A success forgets all failures and a failure all successes; the limits say how many of one kind in a row change the
//! verdict. [`Condition`] is the machine itself, [`Monitor`] one that several threads report to without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

/// Whether something may be sent requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It may.
    Healthy,
    /// Checks say that it may not.
    Unhealthy,
}

/// What was seen of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// It did what it should.
    Success,
    /// It answered, but with a status that counts as a failure, or with what is no answer.
    HttpFailure,
    /// There was no connection, or it broke.
    TcpFailure,
    /// It took too long.
    Timeout,
}

/// How many reports of one kind change the verdict; 0 is never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// For healthy.
    pub successes: u8,
    /// For unhealthy, as are the others.
    pub http_failures: u8,
    /// See above.
    pub tcp_failures: u8,
    /// See above.
    pub timeouts: u8,
}

impl Limits {
    fn of(self, report: Report) -> u8 {
        match report {
            Report::Success => self.successes,
            Report::HttpFailure => self.http_failures,
            Report::TcpFailure => self.tcp_failures,
            Report::Timeout => self.timeouts,
        }
    }
}

/// The limits, and which statuses mean what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// The limits.
    pub limits: Limits,
    /// The statuses that are successes.
    pub successes: Box<[u16]>,
    /// The statuses that are failures.
    pub failures: Box<[u16]>,
}

impl Rules {
    /// What an answer of this status tells; nothing, if it is in neither list.
    pub fn of_status(&self, status: u16) -> Option<Report> {
        if self.successes.contains(&status) {
            return Some(Report::Success);
        }
        self.failures.contains(&status).then_some(Report::HttpFailure)
    }
}

/// The verdict on an address, and the counts that lead to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    health: Health,
    successes: u8,
    http_failures: u8,
    tcp_failures: u8,
    timeouts: u8,
}

impl Condition {
    /// As if nothing had ever been seen.
    pub const fn new(health: Health) -> Self {
        Self { health, successes: 0, http_failures: 0, tcp_failures: 0, timeouts: 0 }
    }

    /// The verdict.
    pub fn health(self) -> Health {
        self.health
    }

    /// The condition after a report.
    #[must_use]
    pub fn after(self, report: Report, limits: Limits) -> Self {
        let limit = limits.of(report);
        if limit == 0 || self.is_settled_by(report) {
            return self;
        }
        let (health, mut next) = match report {
            Report::Success => (Health::Healthy, Self { successes: self.successes, ..Self::new(self.health) }),
            _ => (Health::Unhealthy, Self { successes: 0, ..self }),
        };
        let count = next.count(report);
        *count = count.saturating_add(1);
        if *count >= limit {
            next.health = health;
        }
        next
    }

    /// Whether a report says nothing new: a success of what never failed, a failure of what never succeeded.
    fn is_settled_by(self, report: Report) -> bool {
        match (report, self.health) {
            (Report::Success, Health::Healthy) => (self.http_failures, self.tcp_failures, self.timeouts) == (0, 0, 0),
            (Report::Success, Health::Unhealthy) | (_, Health::Healthy) => false,
            (_, Health::Unhealthy) => self.successes == 0,
        }
    }

    fn count(&mut self, report: Report) -> &mut u8 {
        match report {
            Report::Success => &mut self.successes,
            Report::HttpFailure => &mut self.http_failures,
            Report::TcpFailure => &mut self.tcp_failures,
            Report::Timeout => &mut self.timeouts,
        }
    }

    fn to_bits(self) -> u64 {
        let health = u8::from(self.health == Health::Unhealthy);
        let counts = [self.successes, self.http_failures, self.tcp_failures, self.timeouts];
        u64::from_le_bytes([health, counts[0], counts[1], counts[2], counts[3], 0, 0, 0])
    }

    fn from_bits(bits: u64) -> Self {
        let [health, successes, http_failures, tcp_failures, timeouts, ..] = bits.to_le_bytes();
        let health = if health == 0 { Health::Healthy } else { Health::Unhealthy };
        Self { health, successes, http_failures, tcp_failures, timeouts }
    }
}

/// A condition that several threads report to. Nobody waits for anybody.
#[derive(Debug)]
pub struct Monitor(AtomicU64);

impl Default for Monitor {
    fn default() -> Self {
        Self(AtomicU64::new(Condition::new(Health::Healthy).to_bits()))
    }
}

impl Monitor {
    /// The verdict.
    pub fn health(&self) -> Health {
        Condition::from_bits(self.0.load(Ordering::Relaxed)).health
    }

    /// Takes a report. The new verdict is returned to the one whose report has changed it.
    pub fn report(&self, report: Report, limits: Limits) -> Option<Health> {
        let next = |bits| {
            let next = Condition::from_bits(bits).after(report, limits).to_bits();
            (next != bits).then_some(next)
        };
        let before = self.0.fetch_update(Ordering::AcqRel, Ordering::Relaxed, next).ok()?;
        let (before, after) = (Condition::from_bits(before), next(before).map(Condition::from_bits)?);
        (before.health != after.health).then_some(after.health)
    }

    /// Sets the verdict and forgets the counts. The verdict is returned if it is a new one.
    pub fn force(&self, health: Health) -> Option<Health> {
        let before = self.0.swap(Condition::new(health).to_bits(), Ordering::AcqRel);
        (Condition::from_bits(before).health != health).then_some(health)
    }
}

#[cfg(test)]
mod tests;
