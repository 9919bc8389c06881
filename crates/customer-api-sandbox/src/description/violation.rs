//! The violations in a request, independent of the wording of any provider.

use std::fmt;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

/// One violated rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The field, with dots between levels. Empty for the body as a whole.
    pub(crate) field: String,
    pub(crate) problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The description has no field with this name.
    UnknownField,
    Missing,
    /// The field occurs more than once.
    Repeated,
    WrongType {
        expected: String,
        given: &'static str,
    },
    NotOneOf(Vec<String>),
    Pattern(String),
    TooShort(u64),
    TooLong(u64),
    /// Another rule, by its keyword.
    Rule(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = match self.field.as_str() {
            "" => "the body",
            field => field,
        };
        write!(f, "{field}: ")?;
        match &self.problem {
            Problem::UnknownField => f.write_str("unknown field"),
            Problem::Missing => f.write_str("missing"),
            Problem::Repeated => f.write_str("occurs more than once"),
            Problem::WrongType { expected, given } => {
                write!(f, "must be of type {expected}, not {given}")
            }
            Problem::NotOneOf(values) => write!(f, "must be one of {}", values.join(", ")),
            Problem::Pattern(pattern) => write!(f, "does not match {pattern}"),
            Problem::TooShort(limit) => write!(f, "shorter than {limit} characters"),
            Problem::TooLong(limit) => write!(f, "longer than {limit} characters"),
            Problem::Rule(rule) => write!(f, "breaks the rule {rule}"),
        }
    }
}

/// Returns all violations of `value`. If `value` is the value of a parameter, pass the parameter's
/// name in `parameter`. Each violation then contains this name instead of a path in the body.
pub(crate) fn all(validator: &Validator, value: &Value, parameter: Option<&str>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for error in validator.iter_errors(value) {
        collect(&error, parameter, &mut violations);
    }
    violations
}

fn collect(error: &ValidationError<'_>, parameter: Option<&str>, found: &mut Vec<Violation>) {
    let place = parameter.map_or_else(|| dotted(error), str::to_owned);
    let problem = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            found.extend(unexpected.iter().map(|name| Violation {
                field: join(&place, name),
                problem: Problem::UnknownField,
            }));
            return;
        }
        ValidationErrorKind::Required { property } => {
            found.push(Violation {
                field: join(&place, &text(property)),
                problem: Problem::Missing,
            });
            return;
        }
        // The branch with the fewest violations is assumed to be the intended one.
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context }
            if !context.is_empty() =>
        {
            let closest = context.iter().min_by_key(|branch| branch.len());
            for error in closest.into_iter().flatten() {
                collect(error, parameter, found);
            }
            return;
        }
        ValidationErrorKind::Type { kind } => Problem::WrongType {
            expected: match kind {
                TypeKind::Single(name) => name.to_string(),
                TypeKind::Multiple(names) => {
                    let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
                    names.join("/")
                }
            },
            given: type_name(error.instance()),
        },
        ValidationErrorKind::Enum { options } => {
            Problem::NotOneOf(options.as_array().into_iter().flatten().map(text).collect())
        }
        ValidationErrorKind::Constant { expected_value } => {
            Problem::NotOneOf(vec![text(expected_value)])
        }
        ValidationErrorKind::Pattern { pattern } => Problem::Pattern(pattern.clone()),
        ValidationErrorKind::MinLength { limit } => Problem::TooShort(*limit),
        ValidationErrorKind::MaxLength { limit } => Problem::TooLong(*limit),
        other => Problem::Rule(other.keyword().to_owned()),
    };
    found.push(Violation {
        field: place,
        problem,
    });
}

fn dotted(error: &ValidationError<'_>) -> String {
    let segments: Vec<String> = error
        .instance_path()
        .iter()
        .map(|segment| segment.to_string())
        .collect();
    segments.join(".")
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() {
        name.to_owned()
    } else {
        format!("{place}.{name}")
    }
}

/// Returns a string without quotes, and anything else as JSON.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn violations(schema: &Value, value: &Value) -> Vec<(String, Problem)> {
        let validator = jsonschema::validator_for(schema).unwrap();
        all(&validator, value, None)
            .into_iter()
            .map(|violation| (violation.field, violation.problem))
            .collect()
    }

    #[test]
    fn every_rule_has_its_problem() {
        let schema = json!({
            "additionalProperties": false,
            "required": ["must"],
            "properties": {
                "must": {},
                "inner": {"additionalProperties": false, "properties": {"known": {}}},
                "kind": {"enum": ["a", "b"]},
                "only": {"const": 1},
                "text": {"type": ["string", "null"], "minLength": 2, "maxLength": 3, "pattern": "^x"},
                "number": {"maximum": 5},
            }
        });
        let value = json!({
            "more": 1, "inner": {"deep": 1}, "kind": "c", "only": 2, "text": "y", "number": 6,
        });
        let found = violations(&schema, &value);
        for expected in [
            ("more", Problem::UnknownField),
            ("must", Problem::Missing),
            ("inner.deep", Problem::UnknownField),
            ("kind", Problem::NotOneOf(vec!["a".into(), "b".into()])),
            ("only", Problem::NotOneOf(vec!["1".into()])),
            ("text", Problem::TooShort(2)),
            ("text", Problem::Pattern("^x".into())),
            ("number", Problem::Rule("maximum".into())),
        ] {
            let expected = (expected.0.to_owned(), expected.1);
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
        assert_eq!(found.len(), 8);
        let found = violations(&schema, &json!({"must": 0, "text": 7}));
        let Problem::WrongType { expected, given } = &found[0].1 else {
            panic!("{found:?}");
        };
        assert!(expected.contains("string") && expected.contains("null"));
        assert_eq!(*given, "integer");
        let found = violations(&schema, &json!({"must": 0, "text": "xxxx"}));
        assert_eq!(found[0].1, Problem::TooLong(3));
    }

    #[test]
    fn of_alternatives_the_closest_one_is_reported() {
        let branch = |kind: &str, value: &str| {
            json!({
                "additionalProperties": false,
                "properties": {"kind": {"const": kind}, "value": {"enum": [value]}},
            })
        };
        let schema = json!({"oneOf": [branch("a", "x"), branch("b", "y")]});
        let found = violations(&schema, &json!({"kind": "b", "value": "y", "more": 1}));
        assert_eq!(found, [("more".to_owned(), Problem::UnknownField)]);
    }
}
