//! What can go wrong, by what the caller can do about it. No message holds anything secret.

use windlass_store::StoreError;

use crate::VaultRef;

/// Something could not be sealed, opened or erased.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The person asked to be forgotten, and was.
    #[error("the value {0} was erased")]
    Erased(VaultRef),
    /// No such value was ever sealed here.
    #[error("the vault has no value {0}")]
    Unknown(VaultRef),
    /// A seed of this name is there already; it is never overwritten.
    #[error("the vault already has a seed `{0}`; a seed is never overwritten")]
    SeedExists(String),
    /// What is stored is not what was sealed in that place.
    #[error("{0} in the vault was changed or moved since it was sealed; restore it from a backup")]
    Tampered(&'static str),
    /// The master key is not the one with which this vault was made.
    #[error("the master key is not the one that this vault was sealed with; give the former one")]
    WrongMasterKey,
    /// Something is sealed by a master key that this process was not given.
    #[error(
        "something in the vault is sealed by a master key that is not given; add that key to SECRET_MASTER_KEY_PREVIOUS, or, \
        where the master key has been changed meanwhile, start again with the new one"
    )]
    MissingMasterKey,
    /// Others go on sealing with the former master key while it is being replaced.
    #[error(
        "the former master key is still being used to seal; give every process the new key and the former one, start them \
        again, and then rotate once more"
    )]
    FormerKeyInUse,
    /// The person is being erased again and again while a value is being sealed. Worth trying again.
    #[error("the person was erased while a value was being sealed; try again")]
    ErasedMeanwhile,
    /// A value that AES-GCM cannot seal: more than 64 GiB.
    #[error("the value is too large to be sealed")]
    TooLarge,
    /// The operating system has no random numbers to give.
    #[error("the operating system gives no random numbers: {0}")]
    NoRandomness(String),
    /// The vault's database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The text is no master key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// It is not base64.
    #[error("the master key is not base64; it is 32 random bytes in standard base64 (44 characters)")]
    NotBase64,
    /// It has another length.
    #[error("the master key has {0} bytes; it is 32 random bytes in standard base64 (44 characters)")]
    Length(usize),
}
