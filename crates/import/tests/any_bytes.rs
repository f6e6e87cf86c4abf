//! Tests that no sequence of bytes makes the reader panic, loop or silently lose a line.

use outlay_import::{DateOrder, DecimalMark, OpenError, Options, open};

/// A fixed sequence of pseudo-random numbers, so that a failure is reproducible.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("fits") % end
    }
}

const PARTS: [&[u8]; 40] = [
    b",",
    b",",
    b",",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\"",
    b"\"\"",
    b" ",
    b"1",
    b"23",
    b"456",
    b".",
    b"-",
    b"(",
    b")",
    b"E",
    b"GBP",
    b"\xC2\xA3",
    b"\xA3",
    b"2019-05-28",
    b"28/05/2019",
    b"May",
    b"Sept",
    b":",
    b"T",
    b"10:30",
    b"/",
    b"\0",
    b"\xFF",
    b"\xE2\x80\x93",
    b"\xC2\x92",
    b"+",
    b"'",
    b"CR",
    b"$",
    b"a",
    b"\xE9",
    b"\xEF\xBB\xBF",
];

fn options(numbers: &mut Numbers) -> Options {
    let mapping = "spentOn=D,amount=A,merchant=M".parse().expect("maps");
    Options {
        date_order: [None, Some(DateOrder::DayFirst), Some(DateOrder::YearFirst)][numbers.below(3)],
        decimal_mark: [None, Some(DecimalMark::Point), Some(DecimalMark::Comma)][numbers.below(3)],
        ..Options::new(mapping, "GBP", 2)
    }
}

#[test]
fn any_bytes_after_a_heading_are_read_to_the_end() {
    let mut numbers = Numbers(1);
    for _ in 0..5_000 {
        let mut file = b"D,A,M\n".to_vec();
        for _ in 0..numbers.below(60) {
            file.extend_from_slice(PARTS[numbers.below(PARTS.len())]);
        }
        let payments = open(&file[..], options(&mut numbers)).expect("the heading is sound");
        let mut last = 1;
        for row in payments {
            let row = match row.expect("reads") {
                Ok(payment) => payment.row,
                Err(problems) => problems[0].row,
            };
            assert!(row > last, "{:?}", String::from_utf8_lossy(&file));
            last = row;
        }
    }
}

#[test]
fn any_bytes_open_or_return_an_error() {
    let mut numbers = Numbers(2);
    for _ in 0..5_000 {
        let parts = (0..30).flat_map(|_| PARTS[numbers.below(PARTS.len())]);
        let file: Vec<u8> = parts.copied().collect();
        match open(&file[..], options(&mut numbers)) {
            Ok(_) | Err(OpenError::Empty | OpenError::NotCsv { .. }) => {}
            Err(OpenError::Heading(problems)) => assert!(!problems.is_empty()),
            Err(OpenError::Read(error)) => panic!("{error}"),
        }
    }
}
