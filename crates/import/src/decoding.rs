//! Turns a stream in a known encoding into UTF-8.

use std::{
    io::{self, Read},
    ops::Range,
};

use encoding_rs::{CoderResult, Decoder, Encoding};

use crate::record::read_full;

/// Bytes decoded at a time.
const CHUNK: usize = 1 << 16;

/// A decoder between two buffers of its own: it can write to none that is shorter than a letter,
/// and a caller may offer such a one.
pub(crate) struct Decoding {
    decoder: Decoder,
    input: Vec<u8>,
    undecoded: Range<usize>,
    text: Vec<u8>,
    unread: Range<usize>,
    ended: bool,
}

impl Decoding {
    /// A decoder of a stream whose byte order mark was taken off.
    pub fn new(encoding: &'static Encoding) -> Self {
        Self {
            decoder: encoding.new_decoder_without_bom_handling(),
            input: vec![0; CHUNK],
            undecoded: 0..0,
            text: vec![0; CHUNK],
            unread: 0..0,
            ended: false,
        }
    }

    /// Reads from `reader` and gives UTF-8; what the encoding does not have becomes U+FFFD.
    pub fn read(&mut self, reader: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
        while self.unread.is_empty() && !self.ended {
            if self.undecoded.is_empty() {
                self.undecoded = 0..read_full(reader, &mut self.input)?;
            }
            let last = self.undecoded.is_empty();
            let input = &self.input[self.undecoded.clone()];
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(input, &mut self.text, last);
            self.undecoded.start += read;
            self.unread = 0..written;
            self.ended = last && result == CoderResult::InputEmpty;
        }
        let length = self.unread.len().min(out.len());
        out[..length].copy_from_slice(&self.text[self.unread.start..][..length]);
        self.unread.start += length;
        Ok(length)
    }
}
