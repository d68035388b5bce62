//! Why a token is refused, in a coded word for the security log. The caller is told none of it.

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No `authorization` header.
    Missing,
    /// More than one `authorization` header.
    Several,
    /// An `authorization` header of another scheme, or one that is not text.
    NotBearer,
    TooLarge,
    /// Not three parts of unpadded base64url with objects in them.
    Shape,
    /// The header has other fields than it may have, or lacks one.
    Header,
    Type,
    UnknownKey,
    Algorithm,
    Signature,
    /// A claim is missing, comes twice, or has another type than it may have.
    Claims,
    Issuer,
    Audience,
    Expired,
    NotYet,
    Lifetime,
    /// The token is bound to a certificate, which this server can not check.
    Bound,
    /// The `sub` can not be named by a grant.
    Subject,
}

impl Fault {
    /// The word for the log. Words do not change.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Several => "several",
            Self::NotBearer => "not-bearer",
            Self::TooLarge => "too-large",
            Self::Shape => "shape",
            Self::Header => "header",
            Self::Type => "type",
            Self::UnknownKey => "unknown-key",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::NotYet => "not-yet",
            Self::Lifetime => "lifetime",
            Self::Bound => "bound",
            Self::Subject => "subject",
        }
    }
}
