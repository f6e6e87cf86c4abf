//! Converts a stream in a known encoding to UTF-8.

use std::{
    io::{self, Read},
    ops::Range,
};

use encoding_rs::{CoderResult, Decoder, Encoding};

use crate::record::read_full;

/// Bytes decoded at a time.
const CHUNK: usize = 1 << 16;

/// A decoder with its own input and output buffers: it cannot write to a buffer that is shorter than one character, and
/// a caller may pass such a buffer.
pub(crate) struct Decoding {
    decoder: Decoder,
    input: Vec<u8>,
    undecoded: Range<usize>,
    text: Vec<u8>,
    unread: Range<usize>,
    ended: bool,
}

impl Decoding {
    /// Creates a decoder for a stream without its byte order mark.
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

    /// Reads from `reader` and writes UTF-8 to `out`. Invalid bytes become U+FFFD.
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
