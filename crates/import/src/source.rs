//! Reads the bytes of the file: counts them, removes a byte order mark and converts other encodings to UTF-8.

use std::io::{self, Chain, Cursor, Read};

use encoding_rs::{Encoding, UTF_8};

use crate::{OpenError, decoding::Decoding, record::read_full};

/// A reader that decodes text whose encoding is known. If the encoding is unknown, or only marked as UTF-8, it passes
/// the bytes on unchanged, and [`crate::text::decode`] distinguishes UTF-8 from Windows-1252 for each cell.
pub(crate) struct Source<R> {
    raw: Chain<Cursor<Vec<u8>>, Counting<R>>,
    decoding: Option<Decoding>,
}

impl<R: Read> Source<R> {
    /// Detects the format and the encoding from the start of the file.
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
        // A byte order mark is more reliable than the chosen encoding.
        let encoding = marked.map(|(encoding, _)| encoding).or(chosen);
        let strict = chosen.is_some() || encoding != Some(UTF_8);
        let decoding = encoding.filter(|_| strict).map(Decoding::new);
        start.drain(..marked.map_or(0, |(_, length)| length));
        Ok(Self {
            raw: Cursor::new(start).chain(reader),
            decoding,
        })
    }

    /// Whether a decoder converts the text.
    pub fn is_transcoded(&self) -> bool {
        self.decoding.is_some()
    }

    /// The number of bytes read from the reader so far.
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

const BINARY: &str = "a binary file, or text whose encoding must be set (such as utf-16le)";

/// Returns the format of a file that is not text. Covers common mistakes with spreadsheets.
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
    fn a_byte_order_mark_is_removed_and_determines_the_encoding() {
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
    fn a_character_split_between_chunks_is_decoded() {
        let text = format!("\u{FEFF}x{}", "é😀".repeat(40_000));
        assert_eq!(read(text.as_bytes(), None), text[3..]);
        assert_eq!(read(text.as_bytes(), Some(UTF_8)), text[3..]);
        assert_eq!(read(&utf16(&text, u16::to_le_bytes), None), text[3..]);
    }

    #[test]
    fn other_formats_are_named() {
        let what = |bytes: &[u8]| match Source::open(bytes, None) {
            Err(OpenError::NotCsv { what }) => what,
            _ => panic!("accepted as text"),
        };
        assert!(what(b"PK\x03\x04...").contains("Excel"));
        assert!(what(b"%PDF-1.7").contains("PDF"));
        assert!(what(b"D\0a\0t\0e\0").contains("utf-16le"));
    }
}
