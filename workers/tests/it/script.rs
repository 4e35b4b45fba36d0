//! Answers told beforehand.

use std::{collections::VecDeque, sync::Mutex};

/// Answers in the order in which they were told; the last one is given again and again.
pub(crate) struct Script<T>(Mutex<VecDeque<T>>);

impl<T: Clone> Script<T> {
    pub(crate) fn new(answers: impl IntoIterator<Item = T>) -> Self {
        Self(Mutex::new(answers.into_iter().collect()))
    }

    pub(crate) fn tell(&self, answers: impl IntoIterator<Item = T>) {
        *self.0.lock().unwrap() = answers.into_iter().collect();
    }

    pub(crate) fn next(&self) -> T {
        let mut answers = self.0.lock().unwrap();
        match answers.len() {
            0 => panic!("nobody told what to answer"),
            1 => answers[0].clone(),
            _ => answers.pop_front().unwrap(),
        }
    }
}
