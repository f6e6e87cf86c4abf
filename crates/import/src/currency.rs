//! Checks whether a word beside an amount names the currency of the import.

/// The meaning of a word beside an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// The currency of the import.
    This,
    /// Another currency; the amount must not be imported.
    Other,
    /// Not a currency.
    None,
}

/// Currency signs and the currencies that use them; [`writes_dollar`] lists those of `$`.
const SIGNS: [(&str, &str); 15] = [
    ("£", "GBP GIP FKP SHP EGP"),
    ("€", "EUR"),
    ("¥", "JPY CNY"),
    ("￥", "JPY CNY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₪", "ILS"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₽", "RUB"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("R$", "BRL"),
    ("kr", "SEK NOK DKK ISK"),
];

/// Returns the meaning of `word` in an import in `currency`.
pub(crate) fn named(word: &str, currency: &str) -> Named {
    let is_this = if let Some((_, codes)) = SIGNS.iter().find(|(sign, _)| *sign == word) {
        codes.split(' ').any(|code| code == currency)
    } else if word == "$" {
        writes_dollar(currency)
    } else if let Some(country) = word.strip_suffix('$') {
        // "US$", "A$", "NZ$".
        writes_dollar(currency) && currency.starts_with(country)
    } else if word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        word.eq_ignore_ascii_case(currency)
    } else {
        return Named::None;
    };
    if is_this { Named::This } else { Named::Other }
}

fn writes_dollar(currency: &str) -> bool {
    const DOLLARS: &str = "USD CAD AUD NZD HKD SGD TWD BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD \
                           SBD SRD TTD XCD MXN CLP COP ARS UYU CUP DOP BRL";
    DOLLARS.split(' ').any(|code| code == currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_imports_currency_another_or_none() {
        let cases = [
            ("£", "GBP", Named::This),
            ("GBP", "GBP", Named::This),
            ("gbp", "GBP", Named::This),
            ("€", "GBP", Named::Other),
            ("USD", "GBP", Named::Other),
            ("$", "USD", Named::This),
            ("$", "CAD", Named::This),
            ("$", "KWD", Named::Other),
            ("$", "GBP", Named::Other),
            ("US$", "USD", Named::This),
            ("A$", "USD", Named::Other),
            ("kr", "SEK", Named::This),
            ("about", "GBP", Named::None),
            ("%", "GBP", Named::None),
        ];
        for (word, currency, expected) in cases {
            assert_eq!(named(word, currency), expected, "{word} in {currency}");
        }
    }
}
