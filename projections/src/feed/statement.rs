//! A statement on the tables of a feed.

use windlass_store::Statement;

/// A statement on a feed's own tables: those that are served, or those that are being built beside them. It comes from
/// [`FeedView::statement`](super::FeedView::statement), which knows which.
#[derive(Debug, Clone)]
pub struct FeedStatement(Statement);

impl FeedStatement {
    pub(super) fn new(sql: &'static str, suffix: &str) -> Self {
        Self(Statement::on_build(sql, suffix))
    }

    /// The next parameter, a number or none.
    #[must_use]
    pub fn integer(self, value: impl Into<Option<i64>>) -> Self {
        Self(self.0.integer(value))
    }

    /// The next parameter, a text.
    #[must_use]
    pub fn text(self, value: impl Into<String>) -> Self {
        Self(self.0.text(value))
    }

    /// The next parameter, a text or none.
    #[must_use]
    pub fn text_or_null(self, value: Option<impl Into<String>>) -> Self {
        Self(self.0.text_or_null(value))
    }

    /// The next parameter, bytes.
    #[must_use]
    pub fn blob(self, value: impl Into<Vec<u8>>) -> Self {
        Self(self.0.blob(value))
    }
}

impl From<FeedStatement> for Statement {
    fn from(statement: FeedStatement) -> Self {
        statement.0
    }
}
