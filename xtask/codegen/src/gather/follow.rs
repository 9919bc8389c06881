//! Follows references from file to file.

use std::rc::Rc;

use super::{
    target::{self, Refused, Target},
    walk::{LONGEST, Walk},
};
use crate::tree::{self, Value};

impl Walk {
    /// Reserves the names of the first file's schemas. If one of them only refers to a schema of another file, that schema gets the name.
    pub(super) fn reserve(&mut self, top: &Target) {
        let schemas = top.below("components").below("schemas");
        let Ok(schemas) = self.end(&schemas) else {
            return;
        };
        let Ok((tree, pointer)) = self.found(&schemas) else {
            return;
        };
        let Some(Value::Map(members)) = tree::at(&tree, &pointer) else {
            return;
        };
        for (name, _) in members {
            self.names.take(name);
            if let Ok(end) = self.end(&schemas.below(name)) {
                if end.file != self.first {
                    self.names.call(end, name);
                }
            }
        }
    }

    /// Follows a chain of references to its end.
    pub(super) fn end(&mut self, target: &Target) -> Result<Target, Refused> {
        if let Some(known) = self.ends.get(target) {
            return known.clone();
        }
        let end = self.followed(target);
        self.ends.insert(target.clone(), end.clone());
        end
    }

    fn followed(&mut self, target: &Target) -> Result<Target, Refused> {
        let mut target = target.clone();
        for _ in 0..LONGEST {
            let (tree, pointer) = self.found(&target)?;
            match tree::at(&tree, &pointer).and_then(only_reference) {
                Some(reference) => target = target::read(reference, &target.file)?,
                None => return Ok(target),
            }
        }
        Err(circular(&target))
    }

    /// Returns the tree and the pointer of a place. Every object on the way to the place may be a reference, which is followed.
    pub(super) fn found(&mut self, target: &Target) -> Result<(Rc<Value>, String), Refused> {
        let missing = || Refused {
            what: format!("`{}#{}` has nothing", target.file, target.pointer),
            hint: "correct the reference",
        };
        let (mut tree, mut file) = (self.files.get(&target.file)?, target.file.clone());
        let mut pointer = String::new();
        let mut followed = 0;
        for step in target.pointer.split('/').skip(1) {
            loop {
                let above = tree::at(&tree, &pointer).ok_or_else(missing)?;
                let Some(reference) = only_reference(above) else {
                    break;
                };
                followed += 1;
                if followed > LONGEST {
                    return Err(circular(target));
                }
                let next = target::read(reference, &file)?;
                tree = self.files.get(&next.file)?;
                (file, pointer) = (next.file, next.pointer);
            }
            pointer = format!("{pointer}/{step}");
        }
        if tree::at(&tree, &pointer).is_none() {
            return Err(missing());
        }
        Ok((tree, pointer))
    }
}

/// Returns the reference, if the object consists only of a reference.
fn only_reference(value: &Value) -> Option<&str> {
    match value {
        Value::Map(members) => match members.as_slice() {
            [(key, Value::Text(target))] if key == "$ref" => Some(target),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn circular(target: &Target) -> Refused {
    Refused {
        what: format!("`{}#{}` leads to itself", target.file, target.pointer),
        hint: "correct the reference",
    }
}
