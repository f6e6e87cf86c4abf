//! Cuts a stream of bytes into records and cells.
//!
//! Not the csv crate, because a payment must never vanish inside another: that crate takes text
//! after a closing quotation mark as part of the cell and an unclosed one as running to the end
//! of the file, in memory. Here both are reported. Lines are counted as an editor counts them,
//! whether LF, CRLF or CR ends them. A test holds the two readers equal on well-formed files.

use std::{io, mem, ops::Range};

use crate::{
    Problem,
    ProblemCode::{InvalidQuotes, RowTooLong},
    problem::Fault,
};

/// Longest record; beyond it the file is no list of payments, or a quotation mark is not closed.
const LONGEST: usize = 1 << 20;
/// Bytes asked of the reader at a time; a heading is looked at within the first of them.
const CHUNK: usize = 1 << 16;

/// One record; reused from line to line so that reading allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The line on which it starts.
    pub first_line: u64,
    /// The line on which it ends.
    pub last_line: u64,
    /// The line on which its last quoted cell starts.
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

    /// Says which lines a quoted cell has joined; empty for a record of one line.
    pub fn joined_lines(&self) -> String {
        if self.first_line == self.last_line {
            return String::new();
        }
        let (first, last) = (self.first_line, self.last_line);
        format!("a quoted cell makes one record of lines {first} to {last}: ")
    }

    /// What to tell about a record that was found broken.
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
                    "{}text follows a closing quotation mark; inside a quoted cell a quotation \
                     mark is written twice",
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

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A whole record.
    Record,
    /// A record with text after a closing quotation mark; the rest of its last line is skipped.
    TextAfterQuote,
    /// The file ends inside quotation marks.
    OpenQuote,
    /// The record is longer than any payment.
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
    /// Spaces after the closing mark, which some programs pad with.
    Closed,
    Broken,
}

/// The records of a reader, one after the other.
pub(crate) struct Records<R> {
    reader: R,
    delimiter: u8,
    buffer: Vec<u8>,
    /// What of the buffer was read and not yet taken.
    unread: Range<usize>,
    /// The line that the next byte is on.
    line: u64,
    after_cr: bool,
    /// Blank lines passed over.
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

    /// The bytes that come next, without taking them.
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
                // The second half of CRLF; its first half has ended the record.
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

    /// Takes the bytes that only add to the cell, which most do, in one go.
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

    /// The state after `byte`, or nothing where it ends the record.
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

    /// Whether a line ends with `byte`; the LF of CRLF ends none.
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

/// Fills `buffer` unless the file ends first; how many bytes it now holds.
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
