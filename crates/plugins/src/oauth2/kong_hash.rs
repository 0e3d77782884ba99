//! Hashes of secrets that Kong has made: PBKDF2 with SHA-512 (RFC 8018, section 5.2), in the notation of PHC strings. They
//! come with a configuration that is taken over, and stay as they are.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;

/// What they begin with.
const PREFIX: &str = "$pbkdf2-sha512$";

/// Who writes a hash must not make checking one take for ever.
const MOST_ITERATIONS: u32 = 1_000_000;

/// The longest salt and hash, in bytes.
const LONGEST: usize = 64;

/// See the module.
pub(super) struct KongHash {
    iterations: NonZeroU32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl KongHash {
    /// None for everything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(PREFIX)?.split('$');
        let (parameters, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let iterations = parameters.split(',').find_map(|pair| pair.strip_prefix("i=")?.parse::<u32>().ok())?;
        let iterations = NonZeroU32::new(iterations).filter(|count| count.get() <= MOST_ITERATIONS)?;
        let decode = |text: &str| base64_simd::STANDARD_NO_PAD.decode_to_vec(text.as_bytes()).ok();
        let (salt, hash) = (decode(salt)?, decode(hash)?);
        let is_whole = parts.next().is_none() && salt.len() <= LONGEST && (16..=LONGEST).contains(&hash.len());
        is_whole.then_some(Self { iterations, salt, hash })
    }

    /// Whether it is that of a secret. It takes milliseconds, so that it is nothing for a worker.
    pub(super) fn matches(&self, secret: &str) -> bool {
        let algorithm = pbkdf2::PBKDF2_HMAC_SHA512;
        pbkdf2::verify(algorithm, self.iterations, &self.salt, secret.as_bytes(), &self.hash).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "$pbkdf2-sha512$i=10000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$vmRQw0BpocKqrhRKR3m3G/IeOsJdowFFKr1BqQJRowY";

    #[test]
    fn a_hash_of_kong_is_that_of_one_secret() {
        let hash = KongHash::parse(HASH).unwrap();
        assert!(hash.matches("secret"));
        assert!(!hash.matches("Secret") && !hash.matches(""));
    }

    #[test]
    fn only_a_whole_hash_is_taken_for_one() {
        let (cut, _) = HASH.rsplit_once('$').unwrap();
        let endless = HASH.replace("i=10000", "i=4000000000");
        let never = HASH.replace("i=10000", "i=0");
        for text in ["", "secret", cut, &endless, &never, &format!("{HASH}$x"), &HASH.replace("sha512", "sha1")] {
            assert!(KongHash::parse(text).is_none(), "{text}");
        }
    }
}
