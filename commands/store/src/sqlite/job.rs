//! What callers ask of the writer, with the way back for the answer.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::sql::job::AppendJob;
use crate::sql::{Failure, Transaction};
use crate::{Appended, Row, StoreError};

pub(super) type Answer<T, E> = oneshot::Sender<Result<T, E>>;

pub(super) enum Job {
    Append(Arc<AppendJob>, Answer<Appended, Failure>),
    Write(Transaction, Answer<Vec<Vec<Row>>, StoreError>),
}
