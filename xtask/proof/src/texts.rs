use std::{
    cell::{Cell, RefCell},
    fmt,
};

/// Supplies a different text for every text field of every operation.
pub struct Texts<'t> {
    text: Box<dyn Fn(usize) -> String + 't>,
    count: Cell<usize>,
    given: RefCell<Vec<String>>,
}

impl<'t> Texts<'t> {
    /// Makes the texts with a function that returns the text for a number, from 0.
    pub fn new(text: impl Fn(usize) -> String + 't) -> Self {
        Self {
            text: Box::new(text),
            count: Cell::new(0),
            given: RefCell::default(),
        }
    }

    /// Returns the next text.
    pub fn next(&self) -> String {
        let number = self.count.replace(self.count.get() + 1);
        let text = (self.text)(number);
        self.given.borrow_mut().push(text.clone());
        text
    }

    /// Returns the texts that were supplied so far.
    #[must_use]
    pub fn given(&self) -> Vec<String> {
        self.given.borrow().clone()
    }
}

impl fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}
