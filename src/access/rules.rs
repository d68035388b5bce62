//! What a grant must be like, and that nobody gains by giving one. Knows neither gRPC nor SQL.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    caller::Caller,
    model::{Grant, Target},
    tree::Tree,
};
use crate::{
    clock::Time,
    contract::{RoleRule, Violation},
    error::{Error, Result},
    proto::v1::{Act, OrganizationType, Role},
};

/// The longest that a grant lasts whose role demands an end, in seconds: a year, leap days included.
const YEAR: i64 = 366 * 86_400;

/// A grant that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGrant {
    pub subject: String,
    pub role: Role,
    pub organization: Uuid,
    pub home: Uuid,
    pub round: Option<String>,
    pub not_after: Option<Time>,
}

impl NewGrant {
    pub fn target(&self) -> Target<'_> {
        Target::NewGrant {
            role: self.role,
            organization: self.organization,
            round: self.round.as_deref(),
        }
    }

    /// The grant that it becomes.
    pub fn made(self, id: Uuid, now: Time) -> Grant {
        let Self {
            subject,
            role,
            organization,
            home,
            round,
            not_after,
        } = self;
        Grant {
            id,
            revision: 1,
            subject,
            role,
            organization,
            home,
            round,
            not_after,
            created_at: now,
            revoked_at: None,
        }
    }
}

/// The grant by which the caller gives another, or why it may not. Given is at most what the giver's own grant holds:
/// roles that it may grant, where it reaches, in its round, and for no longer than itself.
pub fn granting<'a>(caller: &'a Caller, new: &NewGrant) -> Result<&'a Arc<Grant>> {
    let first = caller.grant_for(Act::ManageGrants, &new.target())?;
    if !caller.sees_organization(new.home) {
        return Err(Error::NotFound);
    }
    let lasting = caller
        .grants()
        .iter()
        .filter(|grant| {
            caller
                .stopped_at(grant, Act::ManageGrants, &new.target())
                .is_none()
        })
        .find(|grant| lasts_as_long_as(grant, new.not_after));
    Ok(lasting.unwrap_or(first))
}

/// Everything that is wrong with a grant that the caller may give, where these issuers are accepted.
pub fn faults(
    caller: &Caller,
    granting: &Grant,
    new: &NewGrant,
    issuers: &[&str],
) -> Vec<Violation> {
    let ground = caller.ground();
    let rule = ground.contract.role(new.role);
    let past = new.not_after.is_some_and(|end| end <= ground.now);
    let outlasts = !lasts_as_long_as(granting, new.not_after);
    let when = |wrong: bool, rule: &Rule| wrong.then(|| rule.violation());
    let checks = [
        when(new.subject == caller.subject(), &TO_ONESELF),
        unknown_issuer(issuers, new),
        wrong_place(ground.tree, rule, new),
        when(caller.organization_has_ended(new.organization), &CLOSED),
        wrong_home(ground.tree, rule, new),
        when(rule.round_required && new.round.is_none(), &ROUND),
        when(past, &PAST),
        when(lacks_end(rule, new, ground.now), &END),
        when(outlasts, &OUTLASTS),
    ];
    checks.into_iter().flatten().collect()
}

/// Nobody could ever use the grant, until an issuer of that name is accepted; then its subject may be another than meant.
fn unknown_issuer(issuers: &[&str], new: &NewGrant) -> Option<Violation> {
    let named = new.subject.split(':').next().unwrap_or_default();
    (!issuers.contains(&named)).then(|| ISSUER.naming(issuers))
}

fn wrong_place(tree: &Tree, rule: &RoleRule, new: &NewGrant) -> Option<Violation> {
    let fits = is_one_of(tree, new.organization, &rule.granted_at);
    (!fits).then(|| GRANTED_AT.naming(&names(&rule.granted_at)))
}

fn wrong_home(tree: &Tree, rule: &RoleRule, new: &NewGrant) -> Option<Violation> {
    match (rule.assigned, new.home == new.organization) {
        (false, true) => None,
        (false, false) => Some(NO_OTHER_HOME.violation()),
        (true, true) => Some(OTHER_HOME.naming(&names(&rule.home_at))),
        (true, false) => {
            let fits = is_one_of(tree, new.home, &rule.home_at);
            (!fits).then(|| HOME_AT.naming(&names(&rule.home_at)))
        }
    }
}

fn names(types: &[OrganizationType]) -> Vec<&'static str> {
    types.iter().map(OrganizationType::as_str_name).collect()
}

fn is_one_of(tree: &Tree, id: Uuid, types: &[OrganizationType]) -> bool {
    tree.kind(id).is_some_and(|kind| types.contains(&kind))
}

fn lasts_as_long_as(granting: &Grant, end: Option<Time>) -> bool {
    granting
        .not_after
        .is_none_or(|own| end.is_some_and(|end| end <= own))
}

fn lacks_end(rule: &RoleRule, new: &NewGrant, now: Time) -> bool {
    rule.end_required && new.not_after.is_none_or(|end| end > now.plus_seconds(YEAR))
}

struct Rule {
    field: &'static str,
    id: &'static str,
    en: &'static str,
    sv: &'static str,
}

impl Rule {
    fn violation(&self) -> Violation {
        Violation::new(self.field, self.id, self.en, self.sv)
    }

    /// With the names that would do.
    fn naming(&self, names: &[&str]) -> Violation {
        let names = names.join(", ");
        let (en, sv) = (
            format!("{} {names}.", self.en),
            format!("{} {names}.", self.sv),
        );
        Violation::new(self.field, self.id, en, sv)
    }
}

static TO_ONESELF: Rule = Rule {
    field: "subject",
    id: "grant.to_another",
    en: "Nobody gives a role to oneself; let another grant it.",
    sv: "Ingen ger sig själv en roll; låt någon annan ge den.",
};
static ISSUER: Rule = Rule {
    field: "subject",
    id: "grant.known_issuer",
    en: "The exchange accepts no tokens of that issuer; let the subject begin with one of these names and a colon:",
    sv: "Utbytet godtar inga token från den utfärdaren; låt subjektet börja med ett av dessa namn och ett kolon:",
};
static GRANTED_AT: Rule = Rule {
    field: "organization_id",
    id: "grant.granted_at",
    en: "The role can not be granted at this type of organization; name one of these types:",
    sv: "Rollen kan inte ges vid en organisation av den här typen; ange en av dessa typer:",
};
static CLOSED: Rule = Rule {
    field: "organization_id",
    id: "grant.organization_ended",
    en: "The organization has ended; grant the role at its successor.",
    sv: "Organisationen har upphört; ge rollen vid dess efterträdare.",
};
static OTHER_HOME: Rule = Rule {
    field: "home_organization_id",
    id: "grant.other_home",
    en: "The role is an assignment; name the other organization that the subject belongs to, of one of these types:",
    sv: "Rollen är ett uppdrag; ange den andra organisation som subjektet tillhör, av en av dessa typer:",
};
static HOME_AT: Rule = Rule {
    field: "home_organization_id",
    id: "grant.home_at",
    en: "Whoever is assigned the role belongs to an organization of another type; name one of these types:",
    sv: "Den som har uppdraget tillhör en organisation av en annan typ; ange en av dessa typer:",
};
static NO_OTHER_HOME: Rule = Rule {
    field: "home_organization_id",
    id: "grant.same_home",
    en: "The role is held in the subject's own organization; leave this empty.",
    sv: "Rollen innehas i subjektets egen organisation; lämna fältet tomt.",
};
static ROUND: Rule = Rule {
    field: "round",
    id: "grant.round",
    en: "The role is for one round; name it.",
    sv: "Rollen gäller en omgång; ange den.",
};
static PAST: Rule = Rule {
    field: "not_after",
    id: "grant.end_ahead",
    en: "The end has passed; name a later time than now.",
    sv: "Sluttiden har passerats; ange en tid senare än nu.",
};
static END: Rule = Rule {
    field: "not_after",
    id: "grant.end_within_a_year",
    en: "The role must end, within a year; name when.",
    sv: "Rollen måste upphöra inom ett år; ange när.",
};
static OUTLASTS: Rule = Rule {
    field: "not_after",
    id: "grant.not_beyond_own",
    en: "Your own grant ends; what you grant must end with it or before.",
    sv: "Din egen behörighet upphör; den du ger måste upphöra då eller tidigare.",
};

#[cfg(test)]
mod tests;
