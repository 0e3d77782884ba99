//! Single comparisons.

use std::borrow::Cow;
use std::net::IpAddr;

use regex::Regex;

use crate::arguments;
use crate::expression::Outcome;
use crate::facts::{AddressFact, Facts, TextFact};
use crate::field::{NumberField, TextField};
use crate::segments;

/// A field compared with a constant.
#[derive(Debug)]
pub(crate) enum Test {
    Text(TextTest),
    Number(NumberField, NumberOperator, i64),
    Address(AddressFact, AddressOperator),
}

/// A field with texts, compared.
#[derive(Debug)]
pub(crate) struct TextTest {
    pub(crate) field: TextField,
    pub(crate) case: Case,
    pub(crate) quantity: Quantity,
    pub(crate) operator: TextOperator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    AsSent,
    /// `lower(…)`
    Lower,
}

/// How many of the values of a field must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// All, and there must be one.
    All,
    /// `any(…)`
    Any,
}

#[derive(Debug)]
pub(crate) enum TextOperator {
    Equals(Box<str>),
    Differs(Box<str>),
    BeginsWith(Box<str>),
    EndsWith(Box<str>),
    Contains(Box<str>),
    Matches(Regex),
    /// The same for what is of the path, with the number of the regex, so that its groups can be found again.
    Captures(Regex, usize),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum NumberOperator {
    Equals,
    Differs,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum AddressOperator {
    Equals(IpAddr),
    Differs(IpAddr),
    In(Range),
    NotIn(Range),
}

/// Addresses that have their first bits in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub(crate) first: IpAddr,
    pub(crate) bits: u8,
}

impl Test {
    /// Whether it is true of a request; what matched of its path is noted.
    pub(crate) fn holds(&self, facts: &impl Facts, outcome: &mut Outcome) -> bool {
        match self {
            Self::Text(test) => test.holds(facts, outcome),
            Self::Number(field, operator, constant) => {
                let number = match field {
                    NumberField::Fact(fact) => facts.number(*fact),
                    NumberField::SegmentCount => facts.text(TextFact::Path).map(|path| segments::count(path) as i64),
                };
                number.is_some_and(|number| operator.holds(number, *constant))
            }
            Self::Address(fact, operator) => facts.address(*fact).is_some_and(|address| operator.holds(address)),
        }
    }
}

impl TextTest {
    fn holds(&self, facts: &impl Facts, outcome: &mut Outcome) -> bool {
        match &self.field {
            TextField::Fact(fact) => {
                let length = facts.text(*fact).and_then(|text| self.fits(text, outcome));
                if let (Some(Some(length)), TextFact::Path) = (length, fact) {
                    outcome.path = Some(length);
                }
                length.is_some()
            }
            TextField::Segments(span) => {
                let text = facts.text(TextFact::Path).and_then(|path| span.of(path));
                text.is_some_and(|text| self.fits(text, outcome).is_some())
            }
            TextField::Header(name) => {
                // What is no text has characters in it that nobody has asked for.
                self.quantify(|see| {
                    facts.any_header(name, &mut |value| see(&String::from_utf8_lossy(value)));
                })
            }
            TextField::Argument(name) => self.quantify(|see| {
                arguments::values(facts.query(), name).any(|value| see(&value));
            }),
        }
    }

    /// Whether as many values fit as must. `values` shows them one by one, until it is told that this is enough.
    fn quantify(&self, values: impl FnOnce(&mut dyn FnMut(&str) -> bool)) -> bool {
        // Where nothing fits, or nothing is there, the answer is no.
        let mut holds = false;
        values(&mut |value| {
            holds = self.fits(value, &mut Outcome::default()).is_some();
            holds == (self.quantity == Quantity::Any)
        });
        holds
    }

    /// Whether one value fits, and if so how long that is which matched, where that means anything.
    fn fits(&self, value: &str, outcome: &mut Outcome) -> Option<Option<usize>> {
        let value = self.case.of(value);
        let when = |fits: bool, length| fits.then_some(length);
        match &self.operator {
            TextOperator::Equals(text) => when(*value == **text, Some(text.len())),
            TextOperator::BeginsWith(text) => when(value.starts_with(&**text), Some(text.len())),
            TextOperator::EndsWith(text) => when(value.ends_with(&**text), Some(text.len())),
            TextOperator::Differs(text) => when(*value != **text, None),
            TextOperator::Contains(text) => when(value.contains(&**text), None),
            TextOperator::Matches(regex) => when(regex.is_match(&value), None),
            TextOperator::Captures(regex, number) => {
                let length = regex.find(&value)?.len();
                outcome.note(*number);
                Some(Some(length))
            }
        }
    }
}

impl Case {
    /// A text as it is compared. It is copied only where it has a letter that is to be another one.
    pub(crate) fn of(self, text: &str) -> Cow<'_, str> {
        let stays = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
        match self {
            Self::Lower if !text.bytes().all(stays) => Cow::Owned(text.to_lowercase()),
            Self::Lower | Self::AsSent => Cow::Borrowed(text),
        }
    }
}

impl NumberOperator {
    fn holds(self, number: i64, constant: i64) -> bool {
        match self {
            Self::Equals => number == constant,
            Self::Differs => number != constant,
            Self::Greater => number > constant,
            Self::GreaterOrEqual => number >= constant,
            Self::Less => number < constant,
            Self::LessOrEqual => number <= constant,
        }
    }
}

impl AddressOperator {
    fn holds(self, address: IpAddr) -> bool {
        match self {
            Self::Equals(other) => address == other,
            Self::Differs(other) => address != other,
            Self::In(range) => range.contains(address),
            Self::NotIn(range) => !range.contains(address),
        }
    }
}

impl Range {
    fn contains(self, address: IpAddr) -> bool {
        let same = |one: u128, other: u128, width: u32| {
            (one ^ other).checked_shr(width - u32::from(self.bits)).unwrap_or_default() == 0
        };
        match (self.first, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => same(one.to_bits().into(), other.to_bits().into(), 32),
            (IpAddr::V6(one), IpAddr::V6(other)) => same(one.to_bits(), other.to_bits(), 128),
            _ => false,
        }
    }
}
