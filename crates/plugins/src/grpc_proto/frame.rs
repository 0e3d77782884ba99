//! Messages of gRPC in frames: a byte of flags, four bytes of length, the message.

/// Bytes before a message.
pub(crate) const HEADER: usize = 5;

/// The flags of most messages.
const NOTHING: u8 = 0;

/// The flag of a message that is compressed.
const COMPRESSED: u8 = 1;

/// Writes a frame.
pub(crate) fn frame(flags: u8, message: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEADER + message.len());
    frame.push(flags);
    frame.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

/// Whether these bytes are frames and nothing else.
pub(crate) fn are_frames(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        match split(rest) {
            Some((NOTHING | COMPRESSED, _, more)) => rest = more,
            _ => return false,
        }
    }
    true
}

/// The messages of frames that are there as a whole, each of at most that many bytes.
///
/// # Errors
/// Where something is no frame, too long or compressed.
pub(crate) fn messages(bytes: &[u8], most: usize) -> Result<Vec<&[u8]>, Unreadable> {
    let (mut rest, mut messages) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (message, more) = plain(rest, most)?.ok_or(Unreadable)?;
        messages.push(message);
        rest = more;
    }
    Ok(messages)
}

/// Frames that come in pieces of any length.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    bytes: Vec<u8>,
    read: usize,
}

/// What is no frame that can be read here: it is longer than allowed, or compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Frames {
    /// Takes more.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.bytes.drain(..std::mem::take(&mut self.read));
        self.bytes.extend_from_slice(piece);
    }

    /// The next message that is whole, of at most that many bytes.
    pub(crate) fn next(&mut self, most: usize) -> Result<Option<Vec<u8>>, Unreadable> {
        let rest = self.bytes.get(self.read..).unwrap_or_default();
        let Some((message, _)) = plain(rest, most)? else { return Ok(None) };
        self.read += HEADER + message.len();
        Ok(Some(message.to_vec()))
    }
}

/// A message, and what stands behind it.
type First<'b> = Option<(&'b [u8], &'b [u8])>;

/// The first frame: its flags, its message and what stands behind it; none where it is not whole.
fn split(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let ([flags, length @ ..], rest) = bytes.split_first_chunk::<HEADER>()?;
    let (message, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    Some((*flags, message, rest))
}

/// The same of a frame that has no flags. One that is going to be too long is noticed before it is there.
fn plain(bytes: &[u8], most: usize) -> Result<First<'_>, Unreadable> {
    let Some(([flags, length @ ..], _)) = bytes.split_first_chunk::<HEADER>() else { return Ok(None) };
    if *flags != NOTHING || usize::try_from(u32::from_be_bytes(*length)).map_or(true, |length| length > most) {
        return Err(Unreadable);
    }
    Ok(split(bytes).map(|(_, message, rest)| (message, rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_in_pieces_of_any_length() {
        let bytes = [frame(0, b"one"), frame(0, b""), frame(0, b"two")].concat();
        for size in 1..bytes.len() {
            let (mut frames, mut messages) = (Frames::default(), Vec::new());
            for piece in bytes.chunks(size) {
                frames.push(piece);
                while let Some(message) = frames.next(3).unwrap() {
                    messages.push(message);
                }
            }
            assert_eq!(messages, [&b"one"[..], b"", b"two"]);
        }
    }

    #[test]
    fn what_is_too_long_or_compressed_is_not_read() {
        for bytes in [frame(0, b"four"), frame(1, b"one"), vec![0, 255, 255, 255, 255]] {
            let mut frames = Frames::default();
            frames.push(&bytes);
            assert_eq!(frames.next(3), Err(Unreadable));
        }
        let mut frames = Frames::default();
        frames.push(&[0, 0, 0]);
        assert_eq!(frames.next(3), Ok(None));
    }

    #[test]
    fn what_is_there_as_a_whole_is_frames_to_its_end() {
        let two = [frame(0, b"one"), frame(0, b"")].concat();
        assert_eq!((messages(&two, 3), are_frames(&two)), (Ok(vec![&b"one"[..], b""]), true));
        assert_eq!((messages(b"", 3), are_frames(b"")), (Ok(vec![]), true));
        for wrong in [&two[..7], &two[..9], &[0, 255, 255, 255, 255, 1], &frame(0x80, b"one")] {
            assert_eq!((messages(wrong, 3), are_frames(wrong)), (Err(Unreadable), false), "{wrong:?}");
        }
        // What is compressed is for the upstream to read.
        assert_eq!((messages(&frame(1, b"one"), 3), are_frames(&frame(1, b"one"))), (Err(Unreadable), true));
    }
}
