//! Parameters outside the body, in path, query and headers. Their values arrive as text, whatever
//! their schema is.

use jsonschema::Validator;
use serde_json::Value;

use super::violation::{self, Problem, Violation};
use crate::http1::Head;
use crate::parameters::Parameters;

#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) required: bool,
    pub(super) list: List,
    pub(super) validator: Validator,
}

/// The position of a parameter in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
}

/// How the values of a parameter are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// One value.
    No,
    /// Any number of values, each with the parameter's name.
    Repeated,
    /// Any number of values, in one comma-separated text.
    Commas,
}

impl Parameter {
    /// Returns the violations of this parameter in a request.
    pub(super) fn check(
        &self,
        path: &Parameters,
        query: &Parameters,
        head: &Head,
    ) -> Vec<Violation> {
        let values: Vec<String> = match self.place {
            Place::Path => path.all(&self.name).map(str::to_owned).collect(),
            Place::Query => query.all(&self.name).map(str::to_owned).collect(),
            Place::Header => head
                .header_values(&self.name)
                .map(|value| String::from_utf8_lossy(value).into_owned())
                .collect(),
        };
        let problem = |problem| {
            vec![Violation {
                field: self.name.clone(),
                problem,
            }]
        };
        let value = match (values.as_slice(), self.list) {
            ([], _) if self.required => return problem(Problem::Missing),
            ([], _) => return Vec::new(),
            ([one], List::No) => typed(&self.validator, one),
            (_, List::No) => return problem(Problem::Repeated),
            (many, List::Repeated) => self.items(many.iter().map(String::as_str)),
            (many, List::Commas) => self.items(many.iter().flat_map(|text| text.split(','))),
        };
        violation::all(&self.validator, &value, Some(&self.name))
    }

    /// Returns an array of texts. If the schema does not accept the texts and each of them is a
    /// number or a boolean, returns an array of those values.
    fn items<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Value {
        let texts: Vec<&str> = texts.collect();
        let as_texts = Value::from(texts.clone());
        if self.validator.is_valid(&as_texts) {
            return as_texts;
        }
        let read = texts.iter().map(|text| scalar(text));
        let read: Option<Vec<Value>> = read.collect();
        read.map_or(as_texts, Value::from)
    }
}

/// Converts a text to the type that the schema requires: a number or a boolean if the schema does
/// not accept a text.
pub(super) fn typed(validator: &Validator, text: &str) -> Value {
    let as_text = Value::from(text);
    let takes_no_text = violation::all(validator, &as_text, None).iter().any(|one| {
        matches!(
            one.problem,
            Problem::WrongType { .. } | Problem::NotOneOf(_)
        )
    });
    let scalar = scalar(text).filter(|_| takes_no_text);
    scalar.unwrap_or(as_text)
}

/// Reads a number or a boolean in its plain form: not `007`, `1.0` or `1e3`.
fn scalar(text: &str) -> Option<Value> {
    let value = serde_json::from_str::<Value>(text).ok()?;
    let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
    let known = value.is_boolean() || value.is_u64() || value.is_i64() || value.is_f64() && !whole;
    let written = value.to_string();
    (known && written == text).then_some(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameter(place: Place, required: bool, list: List, schema: &Value) -> Parameter {
        Parameter {
            name: "p".to_owned(),
            place,
            required,
            list,
            validator: jsonschema::validator_for(schema).unwrap(),
        }
    }

    fn problems(parameter: &Parameter, query: &[(&str, &str)], headers: &[&str]) -> Vec<Problem> {
        let header = |value: &&str| ("P".to_owned(), value.as_bytes().to_vec());
        let head = Head {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            http_1_0: false,
            headers: headers.iter().map(header).collect(),
        };
        let query = Parameters::of(query);
        let violations = parameter.check(&Parameters::default(), &query, &head);
        violations
            .into_iter()
            .map(|violation| violation.problem)
            .collect()
    }

    #[test]
    fn presence_is_checked() {
        let schema = json!({"type": "integer", "maximum": 99});
        let required = parameter(Place::Query, true, List::No, &schema);
        assert_eq!(problems(&required, &[], &[]), [Problem::Missing]);
        assert_eq!(problems(&required, &[("p", "7")], &[]), []);
        let double = [("p", "7"), ("p", "8")];
        assert_eq!(problems(&required, &double, &[]), [Problem::Repeated]);
        let optional = parameter(Place::Header, false, List::No, &schema);
        assert_eq!(problems(&optional, &[("p", "x")], &[]), []);
        assert_eq!(problems(&optional, &[], &["100"]).len(), 1);
        assert_eq!(problems(&optional, &[], &["99"]), []);
    }

    #[test]
    fn lists_come_in_two_forms() {
        let schema = json!({"type": "array", "items": {"type": "integer"}});
        let repeated = parameter(Place::Query, false, List::Repeated, &schema);
        assert_eq!(problems(&repeated, &[("p", "1"), ("p", "2")], &[]), []);
        assert_eq!(problems(&repeated, &[("p", "1,2")], &[]).len(), 1);
        let commas = parameter(Place::Query, false, List::Commas, &schema);
        assert_eq!(problems(&commas, &[("p", "1,2")], &[]), []);
    }

    #[test]
    fn numbers_are_written_in_one_way() {
        let validator = jsonschema::validator_for(&json!({"type": "number"})).unwrap();
        for text in ["0", "-1", "18446744073709551615", "1.5"] {
            assert!(typed(&validator, text).is_number(), "{text}");
        }
        for text in ["", "007", "1.0", "1e3", "+1", " 1", "one", "null", "[1]"] {
            assert!(typed(&validator, text).is_string(), "{text}");
        }
        let telephone = json!({"type": "string", "pattern": "^\\+"});
        let telephone = jsonschema::validator_for(&telephone).unwrap();
        assert!(typed(&telephone, "31").is_string());
        let flag = jsonschema::validator_for(&json!({"const": true})).unwrap();
        assert_eq!(typed(&flag, "true"), true);
    }
}
