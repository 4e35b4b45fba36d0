//! Who is logged in: the `sub` of a SEP-10 token.

use std::{fmt, str::FromStr};

use windlass_stellar::{AccountId, AddressError, Memo, MuxedAccount};

/// A user: an account, or one of the users of a shared account (SEP10-061, SEP10-069).
///
/// Written as presented (`G…`, `G…:7` or `M…`); two are the same user where [`Subject::identity`] is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    account: AccountId,
    user: Option<User>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum User {
    Memo(u64),
    Muxed(u64),
}

/// The text is no subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// The account part is no `G…` or `M…` address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// What follows the colon is no id memo.
    #[error("a memo after the account is a whole number from 0 to 18446744073709551615")]
    Memo,
    /// A muxed account has its user id inside and takes no memo (SEP10-008).
    #[error("a muxed account (M…) cannot have a memo as well")]
    MemoWithMuxed,
}

impl Subject {
    /// The user who logged in as `account`, with the memo of the challenge.
    ///
    /// # Errors
    /// [`SubjectError::MemoWithMuxed`] for both at once.
    pub fn new(account: MuxedAccount, memo: Option<u64>) -> Result<Self, SubjectError> {
        let user = match (account.id, memo) {
            (Some(_), Some(_)) => return Err(SubjectError::MemoWithMuxed),
            (Some(id), None) => Some(User::Muxed(id)),
            (None, Some(id)) => Some(User::Memo(id)),
            (None, None) => None,
        };
        Ok(Self { account: account.account, user })
    }

    /// The account on the ledger.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The account as an address that payments can name: `M…` where the user presented that.
    pub fn address(&self) -> MuxedAccount {
        match self.user {
            Some(User::Muxed(id)) => MuxedAccount { account: self.account, id: Some(id) },
            _ => self.account.into(),
        }
    }

    /// Account and user id, whichever way the id was presented: what makes two the same user (SEP10-071).
    pub fn identity(&self) -> String {
        match self.user {
            None => self.account.to_string(),
            Some(User::Memo(id) | User::Muxed(id)) => format!("{}:{id}", self.account),
        }
    }
}

impl From<AccountId> for Subject {
    fn from(account: AccountId) -> Self {
        Self { account, user: None }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.user {
            Some(User::Memo(id)) => write!(f, "{}:{id}", self.account),
            _ => fmt::Display::fmt(&self.address(), f),
        }
    }
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        let (account, memo) = match text.split_once(':') {
            None => (text, None),
            Some((account, memo)) => match Memo::parse("id", memo) {
                Ok(Memo::Id(id)) => (account, Some(id)),
                _ => return Err(SubjectError::Memo),
            },
        };
        Self::new(account.parse()?, memo)
    }
}

windlass_stellar::serde_as_string!(Subject);

#[cfg(test)]
mod tests {
    use super::*;

    const G: &str = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";

    /// SEP10-061, SEP10-069, SEP10-071
    #[test]
    fn a_memo_and_a_muxed_address_name_the_same_user() {
        let account: AccountId = G.parse().unwrap();
        let muxed = Subject::new(MuxedAccount { account, id: Some(7) }, None).unwrap();
        let memo: Subject = format!("{G}:7").parse().unwrap();
        assert_eq!(muxed.identity(), memo.identity());
        assert_ne!(muxed.to_string(), memo.to_string());
        assert_eq!(muxed.to_string().parse::<Subject>().unwrap(), muxed);
        assert_ne!(memo.identity(), Subject::from(account).identity());
    }

    #[test]
    fn broken_subjects_are_refused() {
        let muxed = MuxedAccount { account: G.parse().unwrap(), id: Some(7) };
        assert_eq!(Subject::new(muxed, Some(1)), Err(SubjectError::MemoWithMuxed));
        for text in
            [format!("{G}:"), format!("{G}:-1"), format!("{G}:1:2"), format!("{muxed}:1"), String::new()]
        {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }
}
