//! The fields of a form: those with a name in the description, and those with a constructed name.

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::parameter::typed;
use super::violation::{self, Problem, Violation};
use crate::parameters::Parameters;

#[derive(Debug)]
pub(super) struct FormRules {
    pub(super) whole: Validator,
    pub(super) fields: Vec<(String, Validator)>,
    pub(super) dynamic: Vec<Dynamic>,
}

/// Fields with constructed names, from `x-dynamic-fields`.
#[derive(Debug)]
pub(super) enum Dynamic {
    /// A prefix, and any name after it.
    Prefix(String),
    /// Two names, each with a number: `a_0`, `b_0`, `a_1` … without gaps.
    Pair(String, String),
}

impl Dynamic {
    pub(super) fn read(rule: &Value) -> Option<Self> {
        if let Some(prefix) = rule.get("prefix") {
            return Some(Self::Prefix(prefix.as_str()?.to_owned()));
        }
        match rule.get("pair")?.as_array()?.as_slice() {
            [one, two] => Some(Self::Pair(
                one.as_str()?.to_owned(),
                two.as_str()?.to_owned(),
            )),
            _ => None,
        }
    }

    fn knows(&self, name: &str) -> bool {
        match self {
            Self::Prefix(prefix) => name
                .strip_prefix(prefix)
                .is_some_and(|rest| !rest.is_empty()),
            Self::Pair(one, two) => [one, two].iter().any(|stem| number(name, stem).is_some()),
        }
    }

    /// Returns the violations in the numbers and the values of pairs.
    fn check(&self, fields: &Map<String, Value>) -> Vec<Violation> {
        let Self::Pair(one, two) = self else {
            return Vec::new();
        };
        let mut violations = Vec::new();
        let mut numbers: Vec<usize> = Vec::new();
        for (name, value) in fields {
            let Some(number) = number(name, one).or_else(|| number(name, two)) else {
                continue;
            };
            numbers.push(number);
            if value.as_str() == Some("") {
                violations.push(violation(name.clone(), Problem::TooShort(1)));
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        for (expected, number) in numbers.into_iter().enumerate() {
            for stem in [one, two] {
                let name = format!("{stem}_{expected}");
                if !fields.contains_key(&name) {
                    violations.push(violation(name, Problem::Missing));
                }
            }
            // After the first gap, the numbers are not checked.
            if number != expected {
                break;
            }
        }
        violations
    }
}

impl FormRules {
    /// Returns all fields as one object, and the violations.
    pub(super) fn check(&self, fields: &Parameters) -> (Value, Vec<Violation>) {
        let (mut named, mut built) = (Map::new(), Map::new());
        let mut violations = Vec::new();
        for (name, text) in fields.iter() {
            let rule = self.fields.iter().find(|(field, _)| field == name);
            let (group, value) = match rule {
                Some((_, validator)) => (&mut named, typed(validator, text)),
                None if self.dynamic.iter().any(|rule| rule.knows(name)) => {
                    (&mut built, Value::from(text))
                }
                None => {
                    violations.push(violation(name.to_owned(), Problem::UnknownField));
                    continue;
                }
            };
            if group.insert(name.to_owned(), value).is_some() {
                violations.push(violation(name.to_owned(), Problem::Repeated));
            }
        }
        for rule in &self.dynamic {
            violations.extend(rule.check(&built));
        }
        let named = Value::Object(named);
        violations.extend(violation::all(&self.whole, &named, None));
        if let Value::Object(named) = named {
            built.extend(named);
        }
        (Value::Object(built), violations)
    }
}

fn violation(field: String, problem: Problem) -> Violation {
    Violation { field, problem }
}

/// Returns the number in `stem_7`, if it has no sign and no leading zeros.
fn number(name: &str, stem: &str) -> Option<usize> {
    let digits = name.strip_prefix(stem)?.strip_prefix('_')?;
    let number: usize = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules() -> FormRules {
        let validator = |schema: &Value| jsonschema::validator_for(schema).unwrap();
        let id = json!({"type": "integer", "minimum": 0});
        let flag = json!({"const": true});
        FormRules {
            whole: validator(&json!({
                "required": ["id"],
                "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
                "dependentRequired": {"a": ["c"]},
                "properties": {"id": id, "flag": flag, "a": {}, "b": {}, "c": {}},
            })),
            fields: vec![
                ("id".to_owned(), validator(&id)),
                ("flag".to_owned(), validator(&flag)),
                ("a".to_owned(), validator(&json!({}))),
                ("b".to_owned(), validator(&json!({}))),
                ("c".to_owned(), validator(&json!({}))),
            ],
            dynamic: vec![
                Dynamic::read(&json!({"prefix": "custom_"})).unwrap(),
                Dynamic::read(&json!({"pair": ["type", "value"]})).unwrap(),
            ],
        }
    }

    fn problems(fields: &[(&str, &str)]) -> Vec<(String, Problem)> {
        let (_, violations) = rules().check(&Parameters::of(fields));
        let problems = violations.into_iter();
        problems.map(|one| (one.field, one.problem)).collect()
    }

    #[test]
    fn fields_are_read_as_their_types() {
        let fields = [
            ("id", "7"),
            ("flag", "true"),
            ("b", "7"),
            ("custom_x", "7"),
            ("type_0", "1"),
            ("value_0", "v"),
        ];
        let (value, violations) = rules().check(&Parameters::of(&fields));
        assert_eq!(violations, []);
        let expected = json!({
            "id": 7, "flag": true, "b": "7", "custom_x": "7", "type_0": "1", "value_0": "v",
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn names_are_strict() {
        for name in [
            "custom_", "Custom_x", "type", "type_", "type_01", "type_-1", "ID", "",
        ] {
            let found = problems(&[("id", "7"), ("b", ""), (name, "x")]);
            assert_eq!(found, [(name.to_owned(), Problem::UnknownField)], "{name}");
        }
        let twice = problems(&[("id", "7"), ("b", ""), ("custom_x", ""), ("custom_x", "")]);
        assert_eq!(twice, [("custom_x".to_owned(), Problem::Repeated)]);
    }

    #[test]
    fn types_are_strict() {
        for (field, text) in [
            ("id", "-1"),
            ("id", "x"),
            ("id", ""),
            ("id", "1.0"),
            ("flag", "1"),
        ] {
            let mut fields = vec![("id", "7"), ("b", ""), (field, text)];
            if field == "id" {
                fields.remove(0);
            }
            let found = problems(&fields);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].0, field);
        }
    }

    #[test]
    fn pairs_are_whole_and_without_gaps() {
        let missing = |name: &str| (name.to_owned(), Problem::Missing);
        let with = |fields: &[(&'static str, &'static str)]| {
            let all = [&[("id", "7"), ("b", "")], fields].concat();
            problems(&all)
        };
        assert_eq!(with(&[("type_0", "1")]), [missing("value_0")]);
        let gap = [("type_1", "1"), ("value_1", "v")];
        assert_eq!(with(&gap), [missing("type_0"), missing("value_0")]);
        let second = [("type_0", "1"), ("value_0", "v"), ("value_1", "v")];
        assert_eq!(with(&second), [missing("type_1")]);
        let empty = [("type_0", "1"), ("value_0", "")];
        assert_eq!(with(&empty), [("value_0".to_owned(), Problem::TooShort(1))]);
    }

    #[test]
    fn presence_rules_name_what_is_missing() {
        assert_eq!(
            problems(&[("b", "")]),
            [("id".to_owned(), Problem::Missing)]
        );
        assert_eq!(
            problems(&[("id", "7")]),
            [("a".to_owned(), Problem::Missing)]
        );
        let dependent = problems(&[("id", "7"), ("a", "")]);
        assert_eq!(dependent, [("c".to_owned(), Problem::Missing)]);
    }
}
