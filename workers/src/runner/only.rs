//! A part of the work, by name.

use super::Runner;

/// There is no work of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no work '{name}'; there is: {known}")]
pub struct UnknownWork {
    /// What was asked for.
    pub name: String,
    /// All that there is.
    pub known: String,
}

impl Runner {
    /// The names of all its work: kinds of steps, duties.
    pub fn names(&self) -> Vec<String> {
        let steps = self.steps.iter().map(|step| step.kind().to_owned());
        steps.chain(self.duties.iter().map(|duty| duty.name())).collect()
    }

    /// The same with the named work alone; all of it where nothing is named.
    ///
    /// # Errors
    /// Where a name is of no work.
    pub fn only(mut self, names: &[String]) -> Result<Self, UnknownWork> {
        let known = self.names();
        if let Some(name) = names.iter().find(|name| !known.contains(name)) {
            return Err(UnknownWork { name: name.clone(), known: known.join(", ") });
        }
        if !names.is_empty() {
            let is_named = |name: &str| names.iter().any(|one| one == name);
            self.steps.retain(|step| is_named(step.kind()));
            self.duties.retain(|duty| is_named(&duty.name()));
        }
        Ok(self)
    }
}
