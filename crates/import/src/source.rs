//! The file's bytes: counted, freed of a byte order mark, and turned into UTF-8 where asked.

use std::io::{self, Chain, Cursor, Read};

use encoding_rs::{Encoding, UTF_8};

use crate::{OpenError, decoding::Decoding, record::read_full};

/// A reader that passes UTF-8 and single-byte text on as it is, since [`crate::text::decode`]
/// tells those apart cell by cell, and decodes everything else.
pub(crate) struct Source<R> {
    raw: Chain<Cursor<Vec<u8>>, Counting<R>>,
    decoding: Option<Decoding>,
}

impl<R: Read> Source<R> {
    /// Looks at the start of the file to learn what it is.
    pub fn open(reader: R, chosen: Option<&'static Encoding>) -> Result<Self, OpenError> {
        const LOOKED_AT: usize = 4096;
        let mut reader = Counting { reader, bytes: 0 };
        let mut start = vec![0; LOOKED_AT];
        let length = read_full(&mut reader, &mut start)?;
        start.truncate(length);
        if let Some(what) = other_format(&start) {
            return Err(OpenError::NotCsv { what });
        }
        let marked = Encoding::for_bom(&start);
        if chosen.is_none() && marked.is_none() && has_nul_in_heading(&start) {
            return Err(OpenError::NotCsv { what: BINARY });
        }
        // A mark says more about the file than the person who chose.
        let encoding = marked.map(|(encoding, _)| encoding).or(chosen);
        let strict = chosen.is_some() || encoding != Some(UTF_8);
        let decoding = encoding.filter(|_| strict).map(Decoding::new);
        start.drain(..marked.map_or(0, |(_, length)| length));
        Ok(Self {
            raw: Cursor::new(start).chain(reader),
            decoding,
        })
    }

    /// Whether the text passes a decoder.
    pub fn is_transcoded(&self) -> bool {
        self.decoding.is_some()
    }

    /// Bytes taken from the reader so far.
    pub fn bytes_read(&self) -> u64 {
        self.raw.get_ref().1.bytes
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.decoding {
            Some(decoding) => decoding.read(&mut self.raw, out),
            None => self.raw.read(out),
        }
    }
}

struct Counting<R> {
    reader: R,
    bytes: u64,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(out)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

fn has_nul_in_heading(start: &[u8]) -> bool {
    let mut heading = start
        .iter()
        .take_while(|byte| !matches!(byte, b'\r' | b'\n'));
    heading.any(|byte| *byte == 0)
}

const BINARY: &str = "a binary file, or text whose encoding has to be given (such as utf-16le)";

/// What the file is when it is no text: the mistakes that people make with spreadsheets.
fn other_format(start: &[u8]) -> Option<&'static str> {
    let formats: [(&[u8], &str); 4] = [
        (
            b"PK\x03\x04",
            "an Excel workbook or a zip archive; save the sheet as CSV",
        ),
        (
            b"\xD0\xCF\x11\xE0",
            "an old Excel workbook; save the sheet as CSV",
        ),
        (b"%PDF-", "a PDF"),
        (b"\x1F\x8B", "compressed with gzip; unpack it"),
    ];
    formats
        .into_iter()
        .find(|(magic, _)| start.starts_with(magic))
        .map(|(_, what)| what)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{SHIFT_JIS, WINDOWS_1252};

    use super::*;

    fn read(bytes: &[u8], chosen: Option<&'static Encoding>) -> String {
        let mut source = Source::open(bytes, chosen).expect("opens");
        let mut text = String::new();
        source.read_to_string(&mut text).expect("is UTF-8");
        assert_eq!(source.bytes_read(), bytes.len() as u64);
        text
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_byte_order_mark_is_taken_off_and_obeyed() {
        assert_eq!(read("\u{FEFF}é".as_bytes(), None), "é");
        assert_eq!(read(&utf16("\u{FEFF}é€😀", u16::to_le_bytes), None), "é€😀");
        assert_eq!(read(&utf16("\u{FEFF}é€😀", u16::to_be_bytes), None), "é€😀");
        assert_eq!(read("\u{FEFF}é".as_bytes(), Some(WINDOWS_1252)), "é");
    }

    #[test]
    fn a_chosen_encoding_is_decoded() {
        assert_eq!(read(b"\xE9\x80", Some(WINDOWS_1252)), "é€");
        assert_eq!(read(b"\x83\x5C", Some(SHIFT_JIS)), "ソ");
        assert_eq!(read(b"a\xFFb", Some(UTF_8)), "a\u{FFFD}b");
        assert_eq!(read(b"a\xC3", Some(UTF_8)), "a\u{FFFD}");
    }

    #[test]
    fn a_letter_cut_by_the_end_of_a_chunk_is_whole() {
        let text = format!("\u{FEFF}x{}", "é😀".repeat(40_000));
        assert_eq!(read(text.as_bytes(), None), text[3..]);
        assert_eq!(read(text.as_bytes(), Some(UTF_8)), text[3..]);
        assert_eq!(read(&utf16(&text, u16::to_le_bytes), None), text[3..]);
    }

    #[test]
    fn what_is_no_text_is_named() {
        let what = |bytes: &[u8]| match Source::open(bytes, None) {
            Err(OpenError::NotCsv { what }) => what,
            _ => panic!("taken for text"),
        };
        assert!(what(b"PK\x03\x04...").contains("Excel"));
        assert!(what(b"%PDF-1.7").contains("PDF"));
        assert!(what(b"D\0a\0t\0e\0").contains("utf-16le"));
    }
}
