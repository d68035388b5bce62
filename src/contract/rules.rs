//! The access rules and limits of the contract as plain Rust, and the questions that are asked of them.
//! What no rule allows is not allowed.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use super::{
    check::{self, Refusal},
    plan::{Message, Plans},
    unread_of,
};
use crate::error::Error;
use crate::proto::v1::{Act, DocumentKind, DocumentState, OrganizationType, Reach, Role};

/// Everything that the contract says of methods, roles, kinds and fields.
#[derive(Debug)]
pub struct Contract {
    pub(super) methods: BTreeMap<String, Method>,
    pub(super) roles: BTreeMap<Role, RoleRule>,
    pub(super) kinds: BTreeMap<DocumentKind, KindRule>,
    pub(super) narrowed: BTreeMap<String, Vec<NarrowedField>>,
    /// By the full name of the field.
    pub(super) merges: HashMap<String, Merge>,
    pub(super) plans: Plans,
    /// By the full name of the message.
    pub(super) requests: HashMap<String, RequestRule>,
}

/// What is asked of the messages of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestRule {
    /// The place of its plan.
    pub place: usize,
    pub max_bytes: u32,
    /// Whether a call may have any number of them, and not just one.
    pub streams: bool,
}

/// A method of the contract.
#[derive(Clone, Debug)]
pub struct Method {
    /// As in HTTP, for example `/styrkedja.v1.DocumentService/GetDocument`.
    pub path: String,
    /// The full name of its service.
    pub service: String,
    pub name: String,
    pub act: Act,
    /// What parts of a call may do besides.
    pub also: Vec<Act>,
    pub max_request_bytes: u32,
    /// `None`: what it takes is checked in whole.
    pub max_item_bytes: Option<u32>,
    /// `None`: a stream without an end of its own.
    pub deadline: Option<Duration>,
    /// The full name of its request message. No other method has the same.
    pub request: String,
    pub client_streaming: bool,
    pub server_streaming: bool,
}

/// What a role may do, and where.
#[derive(Clone, Debug)]
pub struct RoleRule {
    pub acts: Vec<Act>,
    pub granted_at: Vec<OrganizationType>,
    pub assigned: bool,
    /// Where the subjects of an assignment belong.
    pub home_at: Vec<OrganizationType>,
    pub round_required: bool,
    pub end_required: bool,
    pub author: Reach,
    pub review: Reach,
    pub read: Reach,
    pub sees_own_from: DocumentState,
    pub sees_others_from: DocumentState,
    pub may_grant: Vec<Role>,
}

/// Who takes which part in a kind of document.
#[derive(Clone, Debug)]
pub struct KindRule {
    /// The full name of the content message, for example `styrkedja.v1.Analysis`.
    pub message: String,
    /// The field of `Document` that holds it, for example `analysis`.
    pub field: String,
    /// Its number.
    pub number: u32,
    pub authors: Vec<Role>,
    pub reviewers: Vec<Role>,
    pub readers: Vec<Role>,
    /// The stage from which all who take part read documents of it, wherever they lie.
    pub published_from: Option<DocumentState>,
    /// The fields of its content, however deep, that only some roles see.
    pub narrowed: Vec<NarrowedField>,
}

/// A field that only some roles see.
#[derive(Clone, Debug)]
pub struct NarrowedField {
    pub number: u32,
    pub name: String,
    pub visible_to: Vec<Role>,
}

/// How two changes of a field become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// One of them must be chosen.
    Choose,
    /// Field by field.
    Fields,
    /// As a set.
    Union,
    /// Item by item, by the field of this name.
    ByKey(String),
    /// The exchange's value stands.
    Ours,
}

impl NarrowedField {
    /// Whether any of the roles may see it.
    pub fn is_visible_to(&self, roles: &BTreeSet<Role>) -> bool {
        self.visible_to.iter().any(|role| roles.contains(role))
    }
}

static NO_ROLE: RoleRule = RoleRule {
    acts: Vec::new(),
    granted_at: Vec::new(),
    assigned: false,
    home_at: Vec::new(),
    round_required: false,
    end_required: false,
    author: Reach::Unspecified,
    review: Reach::Unspecified,
    read: Reach::Unspecified,
    sees_own_from: DocumentState::Unspecified,
    sees_others_from: DocumentState::Unspecified,
    may_grant: Vec::new(),
};

static NO_KIND: KindRule = KindRule {
    message: String::new(),
    field: String::new(),
    number: 0,
    authors: Vec::new(),
    reviewers: Vec::new(),
    readers: Vec::new(),
    published_from: None,
    narrowed: Vec::new(),
};

/// To see what happens when a rule is another.
#[cfg(test)]
impl Contract {
    /// The same access rules, without the checks of requests, which take long to compile.
    pub(crate) fn rules_alone(&self) -> Self {
        Self {
            methods: self.methods.clone(),
            roles: self.roles.clone(),
            kinds: self.kinds.clone(),
            narrowed: self.narrowed.clone(),
            merges: self.merges.clone(),
            plans: Plans::default(),
            requests: HashMap::new(),
        }
    }

    pub(crate) fn role_mut(&mut self, role: Role) -> &mut RoleRule {
        self.roles.get_mut(&role).expect("the role has a rule")
    }

    pub(crate) fn kind_mut(&mut self, kind: DocumentKind) -> &mut KindRule {
        self.kinds.get_mut(&kind).expect("the kind has a rule")
    }

    pub(crate) fn narrowed_mut(&mut self, message: &str) -> &mut Vec<NarrowedField> {
        self.narrowed.get_mut(message).expect("it has such fields")
    }
}

impl Contract {
    /// The method at a path, for example `/styrkedja.v1.DocumentService/GetDocument`.
    pub fn method(&self, path: &str) -> Option<&Method> {
        self.methods.get(path)
    }

    /// All methods, in order of path.
    pub fn methods(&self) -> impl Iterator<Item = &Method> {
        self.methods.values()
    }

    /// What a role may do. `ROLE_UNSPECIFIED` may do nothing.
    pub fn role(&self, role: Role) -> &RoleRule {
        self.roles.get(&role).unwrap_or(&NO_ROLE)
    }

    /// All roles that can be granted, in order of number.
    pub fn roles(&self) -> impl Iterator<Item = (Role, &RoleRule)> {
        self.roles.iter().map(|(role, rule)| (*role, rule))
    }

    /// Who takes part in a kind of document. Nobody does in `DOCUMENT_KIND_UNSPECIFIED`.
    pub fn kind(&self, kind: DocumentKind) -> &KindRule {
        self.kinds.get(&kind).unwrap_or(&NO_KIND)
    }

    /// All kinds of document, in order of number.
    pub fn kinds(&self) -> impl Iterator<Item = (DocumentKind, &KindRule)> {
        self.kinds.iter().map(|(kind, rule)| (*kind, rule))
    }

    /// Whether the role may do the act at all, and takes the part in the kind that the act needs. Reach comes after.
    pub fn allows(&self, role: Role, act: Act, kind: DocumentKind) -> bool {
        let parts = self.kind(kind);
        let takes_part = match act {
            Act::ReadDocuments => {
                parts.readers.contains(&role)
                    || parts.authors.contains(&role)
                    || parts.reviewers.contains(&role)
            }
            Act::CreateDocuments
            | Act::EditDocuments
            | Act::SubmitDocuments
            | Act::WithdrawDocuments
            | Act::SubmitOffers => parts.authors.contains(&role),
            Act::ReviewDocuments => parts.reviewers.contains(&role),
            // These are about no kind of document.
            Act::CallOpenly
            | Act::KnowOwnAccess
            | Act::ReadOrganizations
            | Act::ImportOrganizations
            | Act::ReadGrants
            | Act::ManageGrants
            | Act::TakePlaces
            | Act::ReadUnmetNeeds => true,
            Act::Unspecified => false,
        };
        takes_part && self.role(role).acts.contains(&act)
    }

    /// How a field of a document is merged, by its full name.
    pub fn merge(&self, field: &str) -> &Merge {
        self.merges.get(field).unwrap_or(&Merge::Choose)
    }

    /// The fields of a message that only some roles see, by its full name.
    pub fn narrowed_fields(&self, message: &str) -> &[NarrowedField] {
        self.narrowed.get(message).map_or(&[], Vec::as_slice)
    }

    /// All fields that only some roles see, in order of the full name of their message.
    pub fn narrowed(&self) -> impl Iterator<Item = (&str, &NarrowedField)> {
        self.narrowed
            .iter()
            .flat_map(|(message, fields)| fields.iter().map(move |field| (&**message, field)))
    }

    /// The rules of a request, by the full name of its message. `None` for what is no request.
    pub fn request(&self, message: &str) -> Option<Request<'_>> {
        let rule = *self.requests.get(message)?;
        let plan = self.plans.at(rule.place)?;
        Some(Request {
            plans: &self.plans,
            plan,
            rule,
        })
    }

    /// The rules of the items of a stream, by the path of its method. `None` where it has no items of their own.
    pub fn item(&self, method: &str) -> Option<Request<'_>> {
        let method = self.method(method)?;
        self.request(unread_of(&method.request)?.2)
    }

    /// Holds the bytes of a document against the rules of its fields.
    pub fn check_document(&self, bytes: &[u8]) -> Result<(), Error> {
        let place = self.plans.place_of("styrkedja.v1.Document");
        let plan = place.and_then(|place| self.plans.at(place));
        let plan = plan.ok_or_else(|| Error::fault(anyhow::anyhow!("documents have no rules")))?;
        let rule = RequestRule {
            place: 0,
            max_bytes: u32::MAX,
            streams: false,
        };
        Request {
            plans: &self.plans,
            plan,
            rule,
        }
        .check(bytes)
    }

    /// The size of the largest request of any method.
    pub fn largest_request(&self) -> u32 {
        let limits = self.methods().map(|method| method.max_request_bytes);
        limits.max().unwrap_or_default()
    }
}

/// What is asked of a request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    plans: &'a Plans,
    plan: &'a Message,
    rule: RequestRule,
}

impl Request<'_> {
    /// Whether a call may have any number of such messages, and not just one.
    pub fn streams(&self) -> bool {
        self.rule.streams
    }

    /// Holds the bytes of the request against its limits and the rules of its fields.
    pub fn check(&self, bytes: &[u8]) -> Result<(), Error> {
        let too_large = Error::TooLarge {
            max_request_bytes: self.rule.max_bytes,
        };
        if bytes.len() as u64 > self.rule.max_bytes.into() {
            return Err(too_large);
        }
        check::check(self.plans, self.plan, bytes).map_err(|refusal| match refusal {
            Refusal::Malformed => Error::Malformed,
            Refusal::TooManyElements => too_large,
            Refusal::Fields(violations) => Error::Fields(violations),
        })
    }
}
