//! Names of fields that the gateway itself looks for: recognised once when a field comes in, so that nobody has to
//! compare letters afterwards.
//!
//! A name that is not here is found all the same, by its letters. To add one is to add a line; should two names get the
//! same place then, the compiler says so, and [`place`] wants other factors.

/// Makes the enumeration and the list of spellings from one table.
macro_rules! known_names {
    ($($name:ident = $spelling:literal,)*) => {
        /// A name that is recognised when a field comes in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum KnownName {
            $(#[doc = concat!("`", $spelling, "`")] $name,)*
        }

        /// All of them, in the order of the enumeration.
        const ALL: &[(KnownName, &str)] = &[$((KnownName::$name, $spelling),)*];
    };
}

known_names! {
    Accept = "Accept",
    AcceptEncoding = "Accept-Encoding",
    Authorization = "Authorization",
    CacheControl = "Cache-Control",
    Connection = "Connection",
    ContentEncoding = "Content-Encoding",
    ContentLength = "Content-Length",
    ContentType = "Content-Type",
    Cookie = "Cookie",
    Date = "Date",
    Expect = "Expect",
    Forwarded = "Forwarded",
    Host = "Host",
    KeepAlive = "Keep-Alive",
    KongDebug = "Kong-Debug",
    Origin = "Origin",
    Proxy = "Proxy",
    ProxyAuthorization = "Proxy-Authorization",
    ProxyConnection = "Proxy-Connection",
    Referer = "Referer",
    Server = "Server",
    SetCookie = "Set-Cookie",
    Te = "TE",
    Trailer = "Trailer",
    TransferEncoding = "Transfer-Encoding",
    Upgrade = "Upgrade",
    UserAgent = "User-Agent",
    Via = "Via",
    WwwAuthenticate = "WWW-Authenticate",
    XAnonymousConsumer = "X-Anonymous-Consumer",
    XAuthenticatedGroups = "X-Authenticated-Groups",
    XConsumerCustomId = "X-Consumer-Custom-ID",
    XConsumerGroups = "X-Consumer-Groups",
    XConsumerId = "X-Consumer-ID",
    XConsumerUsername = "X-Consumer-Username",
    XCredentialIdentifier = "X-Credential-Identifier",
    XForwardedFor = "X-Forwarded-For",
    XForwardedHost = "X-Forwarded-Host",
    XForwardedPath = "X-Forwarded-Path",
    XForwardedPort = "X-Forwarded-Port",
    XForwardedPrefix = "X-Forwarded-Prefix",
    XForwardedProto = "X-Forwarded-Proto",
    XGibbonTrial = "X-Gibbon-Trial",
    XKongProxyLatency = "X-Kong-Proxy-Latency",
    XKongRequestDebug = "X-Kong-Request-Debug",
    XKongRequestId = "X-Kong-Request-Id",
    XKongResponseLatency = "X-Kong-Response-Latency",
    XKongUpstreamLatency = "X-Kong-Upstream-Latency",
    XKongUpstreamStatus = "X-Kong-Upstream-Status",
    XRealIp = "X-Real-IP",
}

/// A number for each known name, so that it is the only known one that a field can have.
const PLACES: [Option<KnownName>; 256] = {
    let mut places = [None; 256];
    let mut index = 0;
    while index < ALL.len() {
        let (name, spelling) = ALL[index];
        let place = place(spelling.as_bytes()) as usize;
        assert!(places[place].is_none(), "two known names have the same place");
        places[place] = Some(name);
        index += 1;
    }
    places
};

/// Where a name stands, in whatever case it is written; that of fewer than two letters is that of all such.
#[inline]
pub(crate) const fn place(name: &[u8]) -> u8 {
    const fn letter(byte: u8) -> u8 {
        byte | 0x20
    }
    let length = name.len();
    if length < 2 {
        return 0;
    }
    (length as u8)
        .wrapping_add(letter(name[length - 2]))
        .wrapping_add(letter(name[length - 1]).wrapping_mul(8))
        .wrapping_add(letter(name[length / 2]).wrapping_mul(3))
}

impl KnownName {
    /// The known name that `name` is, in any case.
    #[inline]
    pub fn of(name: &[u8]) -> Option<Self> {
        let known = PLACES[usize::from(place(name))]?;
        let spelling = known.as_str().as_bytes();
        (name == spelling || name.eq_ignore_ascii_case(spelling)).then_some(known)
    }

    /// As it is written by the gateway.
    #[inline]
    pub const fn as_str(self) -> &'static str {
        ALL[self as usize].1
    }
}

impl AsRef<[u8]> for KnownName {
    fn as_ref(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

/// A set of known names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KnownNames(u64);

impl KnownNames {
    /// The set with nothing in it.
    pub const NONE: Self = Self(0);

    /// The set of these.
    pub const fn of(names: &[KnownName]) -> Self {
        let mut set = Self::NONE;
        let mut index = 0;
        while index < names.len() {
            set = set.with(names[index]);
            index += 1;
        }
        set
    }

    /// The set with `name` in it too.
    #[must_use]
    pub const fn with(self, name: KnownName) -> Self {
        Self(self.0 | (1 << name as u8))
    }

    /// The set without `name`.
    #[must_use]
    pub const fn without(self, name: KnownName) -> Self {
        Self(self.0 & !(1 << name as u8))
    }

    /// What is in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether `name` is in it.
    pub const fn contains(self, name: KnownName) -> bool {
        self.0 & (1 << name as u8) != 0
    }

    /// Whether any name is in both.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_name_is_recognised_in_every_case() {
        for (index, (name, spelling)) in ALL.iter().enumerate() {
            assert_eq!((*name as usize, name.as_str()), (index, *spelling));
            for text in [(*spelling).to_owned(), spelling.to_lowercase(), spelling.to_uppercase()] {
                assert_eq!(KnownName::of(text.as_bytes()), Some(*name), "{text}");
            }
        }
    }

    #[test]
    fn other_names_are_not_taken_for_a_known_one() {
        for name in ["", "h", "hos", "hosts", "h\x0fst", "content\rlength", "content_length", "x-forwarded-fox"] {
            assert_eq!(KnownName::of(name.as_bytes()), None, "{name:?}");
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set = KnownNames::of(&[KnownName::Host, KnownName::XRealIp]);
        assert!(set.contains(KnownName::Host) && set.contains(KnownName::XRealIp) && !set.contains(KnownName::Te));
        assert!(set.meets(KnownNames::of(&[KnownName::Te, KnownName::Host])));
        assert!(!set.without(KnownName::Host).meets(KnownNames::of(&[KnownName::Te, KnownName::Host])));
        assert!(ALL.len() <= 64);
    }
}
