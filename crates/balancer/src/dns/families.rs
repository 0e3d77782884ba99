//! Names with addresses of both versions of IP.

use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

/// How long the addresses of one family wait for those of the other (RFC 8305 section 3).
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);

/// What has been found out about one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Addresses, and how long they are good.
    Found(Vec<IpAddr>, Duration),
    /// There are none.
    Absent,
    /// Nobody has said.
    Failed(String),
}

/// Asks for both at the same time. One that is slow keeps the other from being used for a moment only, and one that has
/// failed not at all.
pub(super) async fn both(first: impl Future<Output = Answer>, second: impl Future<Output = Answer>) -> Answer {
    let (mut first, mut second) = (pin!(first), pin!(second));
    tokio::select! {
        answer = first.as_mut() => {
            let other = follow(&answer, second.as_mut()).await;
            joined(answer, other)
        }
        answer = second.as_mut() => {
            let other = follow(&answer, first.as_mut()).await;
            joined(other, answer)
        }
    }
}

/// The other answer, if it comes soon enough.
async fn follow(answer: &Answer, other: impl Future<Output = Answer>) -> Answer {
    match answer {
        Answer::Found(..) => timeout(RESOLUTION_DELAY, other).await.unwrap_or(Answer::Absent),
        Answer::Absent | Answer::Failed(_) => other.await,
    }
}

fn joined(first: Answer, second: Answer) -> Answer {
    match (first, second) {
        (Answer::Found(mut addresses, ttl), Answer::Found(more, other_ttl)) => {
            addresses.extend(more);
            Answer::Found(addresses, ttl.min(other_ttl))
        }
        (found @ Answer::Found(..), _) | (_, found @ Answer::Found(..)) => found,
        (failed @ Answer::Failed(_), _) | (_, failed @ Answer::Failed(_)) => failed,
        (Answer::Absent, Answer::Absent) => Answer::Absent,
    }
}

/// Of addresses with one family before the other, those of the first.
pub fn leading_family(addresses: &[IpAddr]) -> &[IpAddr] {
    let first = addresses.first().map(IpAddr::is_ipv4);
    let length = addresses.iter().take_while(|address| Some(address.is_ipv4()) == first).count();
    addresses.get(..length).unwrap_or(addresses)
}

#[cfg(test)]
mod tests {
    use super::Answer::{Absent, Failed};
    use super::*;

    fn found(text: &str, ttl: u64) -> Answer {
        Answer::Found(vec![text.parse().unwrap()], Duration::from_secs(ttl))
    }

    async fn never() -> Answer {
        std::future::pending().await
    }

    async fn at_once(answer: Answer) -> Answer {
        answer
    }

    #[tokio::test]
    async fn the_preferred_family_comes_first_whichever_was_faster() {
        let late = async {
            tokio::task::yield_now().await;
            found("192.0.2.1", 9)
        };
        let Answer::Found(addresses, ttl) = both(late, at_once(found("2001:db8::1", 5))).await else {
            panic!("both are there")
        };
        let texts: Vec<_> = addresses.iter().map(IpAddr::to_string).collect();
        assert_eq!((texts.as_slice(), ttl.as_secs()), (&["192.0.2.1".to_owned(), "2001:db8::1".to_owned()][..], 5));
    }

    #[tokio::test]
    async fn a_family_that_nobody_answers_for_does_not_keep_the_other_from_being_used() {
        let known = found("192.0.2.1", 9);
        assert_eq!(both(never(), at_once(known.clone())).await, known);
        assert_eq!(both(at_once(known.clone()), never()).await, known);
        assert_eq!(both(at_once(Failed("no".into())), at_once(known.clone())).await, known);
    }

    #[tokio::test]
    async fn that_there_are_no_addresses_has_to_be_said_for_both_families() {
        assert_eq!(both(at_once(Absent), at_once(Absent)).await, Absent);
        assert_eq!(both(at_once(Absent), at_once(Failed("no".into()))).await, Failed("no".into()));
    }

    #[test]
    fn the_leading_family_is_what_stands_before_the_other() {
        let addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"].map(|text| text.parse().unwrap());
        assert_eq!(leading_family(&addresses).len(), 2);
        assert!(leading_family(&[]).is_empty());
    }
}
