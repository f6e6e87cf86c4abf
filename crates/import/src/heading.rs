//! Finds the column of each mapped field in the heading line.

use crate::{
    Field, Mapping, Problem,
    ProblemCode::{AmbiguousColumn, MissingColumn},
    problem::{Fault, quoted},
    text,
};

/// A mapped field and the index of its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub field: Field,
    pub index: usize,
    /// The heading as written in the file.
    pub heading: String,
}

/// The headings of a file, with white space normalized.
pub(crate) struct Headings {
    pub row: u64,
    pub names: Vec<String>,
}

impl Headings {
    pub fn new<'a>(row: u64, cells: impl Iterator<Item = &'a [u8]>) -> Self {
        let names = cells
            .map(|cell| text::tidy(&text::decode(cell)).into_owned())
            .collect();
        Self { row, names }
    }

    /// Counts the mapped headings that exist. The correct delimiter gives the highest count.
    pub fn count_mapped(&self, mapping: &Mapping) -> usize {
        let mapped = Field::ALL
            .into_iter()
            .filter_map(|field| mapping.heading(field));
        mapped
            .filter(|heading| !self.places(&text::tidy(heading)).is_empty())
            .count()
    }

    /// Returns the column of every mapped field, or a problem for each field whose column is missing or ambiguous.
    pub fn resolve(&self, mapping: &Mapping) -> Result<Vec<Column>, Vec<Problem>> {
        let mut columns = Vec::new();
        let mut problems = Vec::new();
        for field in Field::ALL {
            match self.column(field, mapping.heading(field)) {
                Ok(column) => columns.extend(column),
                Err(fault) => problems.push(fault.at(self.row, mapping.heading(field))),
            }
        }
        if problems.is_empty() {
            Ok(columns)
        } else {
            Err(problems)
        }
    }

    fn column(&self, field: Field, wanted: Option<&str>) -> Result<Option<Column>, Fault> {
        let Some(wanted) = wanted else {
            if field.is_required() {
                let reason = format!("no column is mapped to {field}; {}", self.list());
                return Err(Fault::new(MissingColumn, reason));
            }
            return Ok(None);
        };
        let wanted = text::tidy(wanted);
        match self.places(&wanted)[..] {
            [index] => Ok(Some(Column {
                field,
                index,
                heading: self.names[index].clone(),
            })),
            [] => Err(Fault::new(MissingColumn, self.missing(field, &wanted))),
            ref places => {
                let numbers: Vec<_> = places.iter().map(|place| (place + 1).to_string()).collect();
                let reason = format!(
                    "the heading {} of {field} occurs in several columns ({}); rename all but one",
                    quoted(&wanted),
                    numbers.join(", "),
                );
                Err(Fault::new(AmbiguousColumn, reason))
            }
        }
    }

    /// Returns the indexes of the columns named `wanted`: exact matches, otherwise matches that ignore case.
    fn places(&self, wanted: &str) -> Vec<usize> {
        let lower = wanted.to_lowercase();
        let all = |found: &dyn Fn(&str) -> bool| {
            let names = self.names.iter().enumerate();
            names
                .filter(|(_, name)| found(name))
                .map(|(index, _)| index)
                .collect::<Vec<_>>()
        };
        let exact = all(&|name| name == wanted);
        if exact.is_empty() {
            all(&|name| name.to_lowercase() == lower)
        } else {
            exact
        }
    }

    fn missing(&self, field: Field, wanted: &str) -> String {
        let hint = self
            .nearest(wanted)
            .map(|name| format!(" (did you mean {}?)", quoted(name)));
        format!(
            "there is no column {} for {field}{}; {}",
            quoted(wanted),
            hint.unwrap_or_default(),
            self.list(),
        )
    }

    fn list(&self) -> String {
        const MOST: usize = 30;
        let named = || self.names.iter().filter(|name| !name.is_empty());
        let shown: Vec<_> = named().take(MOST).map(|name| quoted(name)).collect();
        let more = if named().nth(MOST).is_some() {
            ", …"
        } else {
            ""
        };
        if shown.is_empty() {
            return "the heading line is blank".to_owned();
        }
        format!("the file has {}{more}", shown.join(", "))
    }

    /// Returns the heading most similar to `wanted`, if it is similar enough.
    fn nearest(&self, wanted: &str) -> Option<&str> {
        let wanted = wanted.to_lowercase();
        let named = self.names.iter().filter(|name| !name.is_empty());
        let distances = named.map(|name| (distance(&wanted, &name.to_lowercase()), name));
        let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
        (distance <= wanted.chars().count().div_ceil(3)).then_some(name)
    }
}

/// Returns the edit distance of two words. Compares only the first 60 characters, so that a hostile heading cannot cost
/// much time.
fn distance(left: &str, right: &str) -> usize {
    const COMPARED: usize = 60;
    let right: Vec<char> = right.chars().take(COMPARED).collect();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.chars().take(COMPARED).enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let swap = previous[column] + usize::from(a != *b);
            current.push(swap.min(previous[column + 1] + 1).min(current[column] + 1));
        }
        previous = current;
    }
    previous[right.len()]
}

#[cfg(test)]
mod tests;
