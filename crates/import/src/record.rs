//! Splits a stream of bytes into records and cells.
//!
//! The csv crate is not used because it can hide a payment inside another: it accepts text after a closing quotation
//! mark as part of the cell, and reads an unclosed cell to the end of the file, into memory. This module reports both.
//! It counts lines as an editor does, ended by LF, CRLF or CR. A test compares the two readers on well-formed files.

use std::{io, mem, ops::Range};

use crate::{
    Problem,
    ProblemCode::{InvalidQuotes, RowTooLong},
    problem::Fault,
};

/// The maximum length of a record in bytes. A longer one means an unclosed quotation mark or another kind of file.
const LONGEST: usize = 1 << 20;
/// The number of bytes read at a time. The delimiter is detected within the first chunk.
const CHUNK: usize = 1 << 16;

/// One record. It is reused for all lines, so that reading does not allocate.
#[derive(Debug, Default)]
pub(crate) struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The line on which the record starts.
    pub first_line: u64,
    /// The line on which the record ends.
    pub last_line: u64,
    /// The line on which the last quoted cell starts.
    pub quote_line: u64,
}

impl Record {
    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map_while(|index| self.cell(index))
    }

    pub fn cell(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.bytes.get(start..end)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns a note about the lines joined by a quoted cell; empty for a record of one line.
    pub fn joined_lines(&self) -> String {
        if self.first_line == self.last_line {
            return String::new();
        }
        let (first, last) = (self.first_line, self.last_line);
        format!("a quoted cell joins lines {first} to {last} into one record: ")
    }

    /// Returns the problem of an invalid record.
    pub fn problem(&self, found: Found) -> Problem {
        let quote = self.quote_line;
        let (code, reason) = match found {
            Found::OpenQuote => (
                InvalidQuotes,
                format!(
                    "the quotation mark opened on line {quote} is never closed; nothing after \
                     it was read"
                ),
            ),
            Found::TooLong => (
                RowTooLong,
                "the record is longer than 1 MB; is a quotation mark not closed? Nothing after \
                 it was read"
                    .to_owned(),
            ),
            Found::TextAfterQuote | Found::Record | Found::End => (
                InvalidQuotes,
                format!(
                    "{}text follows a closing quotation mark; inside a quoted cell, write each \
                     quotation mark twice",
                    self.joined_lines(),
                ),
            ),
        };
        Fault::new(code, reason).at(self.first_line, None)
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn end_cell(&mut self) {
        self.ends.push(self.bytes.len());
    }
}

/// The result of reading a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A complete record.
    Record,
    /// A record with text after a closing quotation mark; the rest of its last line is skipped.
    TextAfterQuote,
    /// The file ends inside quotation marks.
    OpenQuote,
    /// The record is too long.
    TooLong,
    /// The file has ended.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    CellStart,
    Bare,
    Quoted,
    /// After a quotation mark in a quoted cell: the end of the cell or the first of two marks.
    Quote,
    /// Spaces after the closing mark; some programs write them as padding.
    Closed,
    Broken,
}

/// Reads records one after the other.
pub(crate) struct Records<R> {
    reader: R,
    delimiter: u8,
    buffer: Vec<u8>,
    /// The part of the buffer that is not consumed yet.
    unread: Range<usize>,
    /// The line of the next byte.
    line: u64,
    after_cr: bool,
    /// The number of skipped blank lines.
    pub blank: u64,
}

impl<R: io::Read> Records<R> {
    pub fn new(reader: R, delimiter: u8) -> Self {
        Self {
            reader,
            delimiter,
            buffer: vec![0; CHUNK],
            unread: 0..0,
            line: 1,
            after_cr: false,
            blank: 0,
        }
    }

    pub fn reader(&self) -> &R {
        &self.reader
    }

    pub fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// Returns the next bytes without consuming them.
    pub fn peek(&mut self) -> io::Result<&[u8]> {
        if self.unread.is_empty() {
            self.unread = 0..0;
            self.unread.end = read_full(&mut self.reader, &mut self.buffer)?;
        }
        Ok(&self.buffer[self.unread.clone()])
    }

    /// Reads the next record into `record`.
    pub fn read(&mut self, record: &mut Record) -> io::Result<Found> {
        record.clear();
        let mut state = State::Start;
        loop {
            if record.bytes.len() > LONGEST || record.ends.len() > LONGEST {
                return Ok(Found::TooLong);
            }
            let Some(&byte) = self.peek()?.first() else {
                record.last_line = self.line;
                return Ok(finish(state, record));
            };
            let taken = self.take_run(state, record);
            if taken > 0 {
                continue;
            }
            self.unread.start += 1;
            let line = self.line;
            if self.ends_line(byte) {
                self.line += 1;
            } else if byte == b'\n' && state != State::Quoted {
                // The LF of a CRLF; the CR has already ended the record.
                continue;
            }
            if state == State::Start {
                if matches!(byte, b'\r' | b'\n') {
                    self.blank += 1;
                    continue;
                }
                record.first_line = line;
                state = State::CellStart;
            }
            let Some(after) = self.step(state, byte, record) else {
                record.last_line = line;
                return Ok(finish(state, record));
            };
            if after == State::Quoted && state == State::CellStart {
                record.quote_line = line;
            }
            state = after;
        }
    }

    /// Consumes a run of bytes that only extend the cell (most bytes do) in one step. Returns its length.
    fn take_run(&mut self, state: State, record: &mut Record) -> usize {
        let rest = &self.buffer[self.unread.clone()];
        let line_end = |byte: u8| matches!(byte, b'\r' | b'\n');
        let run = match state {
            State::Bare | State::Broken => {
                let delimiter = self.delimiter;
                rest.iter()
                    .position(|&byte| byte == delimiter || line_end(byte))
            }
            State::Quoted => rest.iter().position(|&byte| byte == b'"' || line_end(byte)),
            _ => return 0,
        };
        let run = run.unwrap_or(rest.len());
        if state != State::Broken {
            record.bytes.extend_from_slice(&rest[..run]);
        }
        self.after_cr &= run == 0;
        self.unread.start += run;
        run
    }

    /// Returns the state after `byte`, or `None` if `byte` ends the record.
    fn step(&self, state: State, byte: u8, record: &mut Record) -> Option<State> {
        let line_end = matches!(byte, b'\r' | b'\n');
        Some(match (state, byte) {
            (State::Broken, _) if line_end => return None,
            (State::Broken, _) => State::Broken,
            (State::Quoted, b'"') => State::Quote,
            (State::Quoted, _) | (State::Quote, b'"') => {
                record.bytes.push(byte);
                State::Quoted
            }
            (_, _) if line_end => return None,
            (_, _) if byte == self.delimiter => {
                record.end_cell();
                State::CellStart
            }
            (State::Quote | State::Closed, b' ') => State::Closed,
            (State::Quote | State::Closed, _) => State::Broken,
            (State::CellStart, b'"') => State::Quoted,
            (State::Start | State::CellStart | State::Bare, _) => {
                record.bytes.push(byte);
                State::Bare
            }
        })
    }

    /// Whether `byte` ends a line. The LF of a CRLF does not.
    fn ends_line(&mut self, byte: u8) -> bool {
        let after_cr = mem::replace(&mut self.after_cr, byte == b'\r');
        byte == b'\r' || (byte == b'\n' && !after_cr)
    }
}

fn finish(state: State, record: &mut Record) -> Found {
    match state {
        State::Start => return Found::End,
        State::Quoted => return Found::OpenQuote,
        State::Broken => return Found::TextAfterQuote,
        State::CellStart | State::Bare | State::Quote | State::Closed => {}
    }
    record.end_cell();
    Found::Record
}

/// Fills `buffer` unless the file ends first. Returns the number of bytes read.
pub(crate) fn read_full(reader: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
