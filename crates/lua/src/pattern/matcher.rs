//! One attempt at one place of a text.

use super::{Capture, PatternError, class};
use crate::meter::Meter;

/// How many groups a pattern may have.
const GROUPS: usize = 32;

/// How deep attempts may lie in each other: each takes room on the stack of a thread.
const DEEPEST: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    Position,
    At(usize),
}

pub(super) struct Matcher<'m> {
    text: &'m [u8],
    pattern: &'m [u8],
    meter: &'m Meter,
    groups: Vec<(usize, End)>,
    depth: usize,
}

type Outcome = Result<Option<usize>, PatternError>;

impl<'m> Matcher<'m> {
    pub(super) fn new(text: &'m [u8], pattern: &'m [u8], meter: &'m Meter) -> Self {
        Self { text, pattern, meter, groups: Vec::new(), depth: 0 }
    }

    pub(super) fn captures(&self) -> Result<Vec<Capture>, PatternError> {
        let one = |(start, end): &(usize, End)| match end {
            End::Open => Err(PatternError::Unfinished),
            End::Position => Ok(Capture::Position(*start)),
            End::At(end) => Ok(Capture::Part(*start..*end)),
        };
        self.groups.iter().map(one).collect()
    }

    /// Where the rest of the pattern, from `at_pattern` on, ends in the text, if it stands at `at`.
    pub(super) fn run(&mut self, at: usize, at_pattern: usize) -> Outcome {
        if self.depth >= DEEPEST {
            return Err(PatternError::TooComplex);
        }
        self.depth += 1;
        let outcome = self.follow(at, at_pattern);
        self.depth -= 1;
        outcome
    }

    fn follow(&mut self, mut at: usize, mut at_pattern: usize) -> Outcome {
        loop {
            self.meter.charge(1)?;
            let (next, behind) = (self.pattern.get(at_pattern).copied(), self.pattern.get(at_pattern + 1).copied());
            match (next, behind) {
                (None, _) => return Ok(Some(at)),
                (Some(b'('), Some(b')')) => return self.open(at, at_pattern + 2, End::Position),
                (Some(b'('), _) => return self.open(at, at_pattern + 1, End::Open),
                (Some(b')'), _) => return self.close(at, at_pattern + 1),
                (Some(b'$'), None) => return Ok((at == self.text.len()).then_some(at)),
                (Some(b'%'), Some(b'b')) => match self.balanced(at, at_pattern + 2)? {
                    Some(end) => (at, at_pattern) = (end, at_pattern + 4),
                    None => return Ok(None),
                },
                (Some(b'%'), Some(b'f')) => match self.frontier(at, at_pattern + 2)? {
                    Some(end) => at_pattern = end,
                    None => return Ok(None),
                },
                (Some(b'%'), Some(digit @ b'0'..=b'9')) => match self.repeated(at, digit)? {
                    Some(end) => (at, at_pattern) = (end, at_pattern + 2),
                    None => return Ok(None),
                },
                _ => match self.item(at, at_pattern)? {
                    Step::On(next, rest) => (at, at_pattern) = (next, rest),
                    Step::Done(outcome) => return Ok(outcome),
                },
            }
        }
    }

    /// A single character with what may stand behind it.
    fn item(&mut self, at: usize, at_pattern: usize) -> Result<Step, PatternError> {
        let end = self.end_of_item(at_pattern)?;
        let fits = self.fits(at, at_pattern, end);
        Ok(match self.pattern.get(end) {
            Some(b'?') => {
                if fits && let Some(found) = self.run(at + 1, end + 1)? {
                    return Ok(Step::Done(Some(found)));
                }
                Step::On(at, end + 1)
            }
            Some(b'*') => Step::Done(self.most(at, at_pattern, end)?),
            Some(b'+') if fits => Step::Done(self.most(at + 1, at_pattern, end)?),
            Some(b'-') => Step::Done(self.least(at, at_pattern, end)?),
            Some(b'+') => Step::Done(None),
            _ if fits => Step::On(at + 1, end),
            _ => Step::Done(None),
        })
    }

    fn end_of_item(&self, at_pattern: usize) -> Result<usize, PatternError> {
        match self.pattern.get(at_pattern) {
            Some(b'%') if at_pattern + 1 >= self.pattern.len() => Err(PatternError::EndsWithPercent),
            Some(b'%') => Ok(at_pattern + 2),
            Some(b'[') => self.end_of_set(at_pattern),
            _ => Ok(at_pattern + 1),
        }
    }

    /// Behind the `]` of the set whose `[` stands at `open`. A `]` that comes first is one of its characters.
    fn end_of_set(&self, open: usize) -> Result<usize, PatternError> {
        let mut at = open + 1;
        if self.pattern.get(at) == Some(&b'^') {
            at += 1;
        }
        let first = at;
        loop {
            match self.pattern.get(at) {
                None => return Err(PatternError::OpenSet),
                Some(b']') if at > first => return Ok(at + 1),
                Some(b'%') => at += 2,
                Some(_) => at += 1,
            }
        }
    }

    fn fits(&self, at: usize, at_pattern: usize, end: usize) -> bool {
        let Some(byte) = self.text.get(at).copied() else { return false };
        match (self.pattern.get(at_pattern), self.pattern.get(at_pattern + 1)) {
            (Some(b'.'), _) => true,
            (Some(b'%'), Some(class)) => class::is_of(byte, *class),
            (Some(b'['), _) => class::is_in(byte, self.pattern.get(at_pattern + 1..end - 1).unwrap_or_default()),
            (Some(literal), _) => *literal == byte,
            (None, _) => false,
        }
    }

    fn most(&mut self, at: usize, at_pattern: usize, end: usize) -> Outcome {
        let mut count = 0;
        while self.fits(at + count, at_pattern, end) {
            self.meter.charge(1)?;
            count += 1;
        }
        loop {
            if let Some(found) = self.run(at + count, end + 1)? {
                return Ok(Some(found));
            }
            match count.checked_sub(1) {
                Some(fewer) => count = fewer,
                None => return Ok(None),
            }
        }
    }

    fn least(&mut self, mut at: usize, at_pattern: usize, end: usize) -> Outcome {
        loop {
            if let Some(found) = self.run(at, end + 1)? {
                return Ok(Some(found));
            }
            if !self.fits(at, at_pattern, end) {
                return Ok(None);
            }
            at += 1;
        }
    }

    fn open(&mut self, at: usize, rest: usize, end: End) -> Outcome {
        if self.groups.len() >= GROUPS {
            return Err(PatternError::TooMany);
        }
        self.groups.push((at, end));
        let outcome = self.run(at, rest)?;
        if outcome.is_none() {
            self.groups.pop();
        }
        Ok(outcome)
    }

    fn close(&mut self, at: usize, rest: usize) -> Outcome {
        let open = self.groups.iter().rposition(|(_, end)| *end == End::Open).ok_or(PatternError::Capture)?;
        self.end_group(open, End::At(at));
        let outcome = self.run(at, rest)?;
        if outcome.is_none() {
            self.end_group(open, End::Open);
        }
        Ok(outcome)
    }

    fn end_group(&mut self, index: usize, end: End) {
        if let Some(group) = self.groups.get_mut(index) {
            group.1 = end;
        }
    }

    fn balanced(&self, at: usize, at_pattern: usize) -> Outcome {
        let (Some(open), Some(close)) = (self.pattern.get(at_pattern), self.pattern.get(at_pattern + 1)) else {
            return Err(PatternError::Balance);
        };
        if self.text.get(at) != Some(open) {
            return Ok(None);
        }
        let mut depth = 0_usize;
        for (index, byte) in self.text.iter().enumerate().skip(at) {
            self.meter.charge(1)?;
            if byte == close {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok(Some(index + 1));
                }
            } else if byte == open {
                depth += 1;
            }
        }
        Ok(None)
    }

    /// Where the pattern goes on, if here is where its set begins.
    fn frontier(&self, at: usize, at_pattern: usize) -> Outcome {
        if self.pattern.get(at_pattern) != Some(&b'[') {
            return Err(PatternError::Frontier);
        }
        let end = self.end_of_set(at_pattern)?;
        let set = self.pattern.get(at_pattern + 1..end - 1).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|before| self.text.get(before)).copied().unwrap_or(0);
        let here = self.text.get(at).copied().unwrap_or(0);
        Ok((!class::is_in(before, set) && class::is_in(here, set)).then_some(end))
    }

    /// Behind what group `digit` has found, if it stands here again.
    fn repeated(&self, at: usize, digit: u8) -> Outcome {
        let index = usize::from(digit).checked_sub(usize::from(b'1')).ok_or(PatternError::CaptureIndex)?;
        let Some((start, End::At(end))) = self.groups.get(index) else { return Err(PatternError::CaptureIndex) };
        let part = self.text.get(*start..*end).unwrap_or_default();
        self.meter.charge(1 + part.len() as u64)?;
        let stands_here = self.text.get(at..).is_some_and(|rest| rest.starts_with(part));
        Ok(stands_here.then_some(at + part.len()))
    }
}

enum Step {
    On(usize, usize),
    Done(Option<usize>),
}
