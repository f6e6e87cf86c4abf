use super::*;

/// Returns the first line and the cells of each record, or the result if it is not a record.
fn read(bytes: impl io::Read, delimiter: u8) -> Vec<(u64, Vec<String>)> {
    let mut records = Records::new(bytes, delimiter);
    let mut record = Record::default();
    let mut all = Vec::new();
    loop {
        let found = records.read(&mut record).expect("reads");
        match found {
            Found::End => return all,
            Found::Record => {
                let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
                all.push((record.first_line, record.cells().map(text).collect()));
            }
            other => {
                all.push((record.first_line, vec![format!("{other:?}")]));
                if other != Found::TextAfterQuote {
                    return all;
                }
            }
        }
    }
}

/// A reader that returns one byte at a time.
struct Dripping<'a>(&'a [u8]);

impl io::Read for Dripping<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.0.len().min(out.len()).min(1);
        out[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

#[test]
fn records_keep_the_line_on_which_they_start() {
    // Each record is shown as its line and its cells, separated by bars.
    let cases = [
        ("a,b\nc,d\n", vec!["1 a|b", "2 c|d"]),
        ("a,b\r\nc,d", vec!["1 a|b", "2 c|d"]),
        ("a,b\rc,d\r", vec!["1 a|b", "2 c|d"]),
        ("a\n\n\r\n\rb", vec!["1 a", "5 b"]),
        ("\"x\ny\r\nz\",1\nb,2", vec!["1 x\ny\r\nz|1", "4 b|2"]),
        ("\"x\r\",1\r\nb,2", vec!["1 x\r|1", "3 b|2"]),
        ("\"a,\"\"b\"\"\",,\n", vec!["1 a,\"b\"||"]),
        ("5\" pipe,\"\"\n", vec!["1 5\" pipe|"]),
        ("\"a\"  ,b\n\"c\" ", vec!["1 a|b", "2 c"]),
        ("\"a\"x,\"b\nc\n", vec!["1 TextAfterQuote", "2 c"]),
        ("a\n\"b\nc,\"d\"\ne", vec!["1 a", "2 TextAfterQuote", "4 e"]),
        ("a\nb,\"c\nd\ne", vec!["1 a", "2 OpenQuote"]),
    ];
    let shown = |records: Vec<(u64, Vec<String>)>| -> Vec<String> {
        records
            .iter()
            .map(|(line, cells)| format!("{line} {}", cells.join("|")))
            .collect()
    };
    for (text, expected) in cases {
        assert_eq!(shown(read(text.as_bytes(), b',')), expected, "{text:?}");
        assert_eq!(
            shown(read(Dripping(text.as_bytes()), b',')),
            expected,
            "{text:?} in drips"
        );
    }
}

#[test]
fn blank_lines_are_counted_once_each() {
    let mut records = Records::new(&b"\r\n\na\r\r\n\nb\r\n"[..], b',');
    let mut record = Record::default();
    while records.read(&mut record).expect("reads") != Found::End {}
    assert_eq!(records.blank, 4);
}

#[test]
fn an_endless_record_is_abandoned_and_not_kept_in_memory() {
    for start in ["\"open", "bare", "\"a\"x"] {
        let endless = io::Read::chain(start.as_bytes(), io::Read::take(io::repeat(b'x'), 1 << 24));
        let mut records = Records::new(endless, b',');
        let mut record = Record::default();
        let found = records.read(&mut record).expect("reads");
        // Text after a closing mark is skipped and needs no memory.
        let skipped = start.starts_with("\"a");
        assert_eq!(
            found,
            if skipped {
                Found::TextAfterQuote
            } else {
                Found::TooLong
            },
            "{start}"
        );
        assert!(record.bytes.capacity() < 4 << 20);
    }
    let mut records = Records::new(io::Read::take(io::repeat(b','), 1 << 24), b',');
    assert_eq!(
        records.read(&mut Record::default()).expect("reads"),
        Found::TooLong
    );
}

#[test]
fn an_error_of_the_reader_is_returned() {
    struct Failing;
    impl io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let mut records = Records::new(io::Read::chain(&b"a,b\nc"[..], Failing), b',');
    assert!(records.read(&mut Record::default()).is_err());
}

/// Compares with the csv crate on every text of six significant characters.
#[test]
fn well_formed_files_are_read_as_by_the_csv_crate() {
    const SIGNS: [u8; 5] = *b"a,\"\n ";
    let mut compared = 0;
    for number in 0..SIGNS.len().pow(6) {
        let place = |place| SIGNS[number / SIGNS.len().pow(place) % SIGNS.len()];
        let text: Vec<u8> = (0..6).map(place).collect();
        let ours: Vec<_> = read(&text[..], b',')
            .into_iter()
            .map(|(_, cells)| cells)
            .collect();
        let broken = |cell: &str| matches!(cell, "TextAfterQuote" | "OpenQuote");
        // This reader ignores padding after a closing mark, the csv crate does not.
        let padded = text.windows(2).any(|pair| pair == b"\" ");
        if padded || ours.iter().any(|cells| broken(&cells[0])) {
            continue;
        }
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader
            .has_headers(false)
            .flexible(true)
            .from_reader(&text[..]);
        let theirs: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.expect("reads").iter().map(str::to_owned).collect())
            .collect();
        assert_eq!(ours, theirs, "{:?}", String::from_utf8_lossy(&text));
        compared += 1;
    }
    assert!(compared > 4_000, "{compared}");
}
