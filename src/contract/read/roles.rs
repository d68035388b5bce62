//! What the contract says of roles.

use super::Reading;
use crate::{
    contract::rules::RoleRule,
    proto::v1::{self, Act, Reach, Role},
};

impl Reading<'_> {
    pub(super) fn roles(&mut self) -> Vec<(Role, RoleRule)> {
        let Some(declared) = self.pool.get_enum_by_name("styrkedja.v1.Role") else {
            self.missing
                .push("there is no enum styrkedja.v1.Role".to_owned());
            return Vec::new();
        };
        let mut rules = Vec::new();
        for value in declared.values() {
            let access = self.option::<v1::RoleAccess>(&value.options(), "role");
            let known = Role::try_from(value.number());
            match (access, known) {
                (None, _) => self
                    .missing
                    .push(format!("{} states no access rule", value.name())),
                (_, Err(_)) => self
                    .missing
                    .push(format!("{} is not known to the program", value.name())),
                (Some(access), Ok(Role::Unspecified)) => {
                    let nothing = access == v1::RoleAccess::default();
                    self.demand(nothing, || format!("{} may do something", value.name()));
                }
                (Some(access), Ok(role)) => rules.push((role, self.role(value.name(), &access))),
            }
        }
        rules
    }

    fn role(&mut self, name: &str, access: &v1::RoleAccess) -> RoleRule {
        let rule = RoleRule {
            acts: access.acts().collect(),
            granted_at: access.granted_at().collect(),
            assigned: access.assigned,
            home_at: access.home_at().collect(),
            round_required: access.round_required,
            end_required: access.end_required,
            author: access.author(),
            review: access.review(),
            read: access.read(),
            sees_own_from: access.sees_own_from(),
            sees_others_from: access.sees_others_from(),
            may_grant: access.may_grant().collect(),
        };
        self.demand(!rule.acts.is_empty(), || format!("{name} states no acts"));
        self.demand(!rule.granted_at.is_empty(), || {
            format!("{name} states no granted_at")
        });
        self.demand(rule.assigned != rule.home_at.is_empty(), || {
            format!("{name} states home_at without being assigned, or is assigned without it")
        });
        self.demand(rule.read != Reach::Unspecified, || {
            format!("{name} states no reach to read")
        });
        let reads = rule.acts.contains(&Act::ReadDocuments);
        let stages = [rule.sees_own_from, rule.sees_others_from];
        self.demand(
            !reads || !stages.contains(&v1::DocumentState::Unspecified),
            || format!("{name} reads documents and states no stage from which it sees them"),
        );
        let authors = rule.acts.contains(&Act::EditDocuments);
        self.demand(authors == (rule.author != Reach::Unspecified), || {
            format!("{name} states a reach to author without editing, or edits without one")
        });
        let reviews = rule.acts.contains(&Act::ReviewDocuments);
        self.demand(reviews == (rule.review != Reach::Unspecified), || {
            format!("{name} states a reach to review without reviewing, or reviews without one")
        });
        let manages = rule.acts.contains(&Act::ManageGrants);
        self.demand(manages != rule.may_grant.is_empty(), || {
            format!("{name} states roles that it may grant without managing grants, or manages grants without them")
        });
        let unspecified =
            rule.acts.contains(&Act::Unspecified) || rule.may_grant.contains(&Role::Unspecified);
        self.demand(!unspecified, || {
            format!("{name} names an unspecified act or role")
        });
        rule
    }
}
