//! Callers by name: asked for the first time, they are granted their role by an officer.

use prost_types::Timestamp;
use styrkedja::{
    clock,
    proto::v1::{CreateGrantRequest, Role},
};

use super::{Caller, World, request_id, tree};

/// The round of the stories.
pub const ROUND: &str = "sbs-2019-1";

impl World {
    /// Runs the exchange. There from the beginning.
    pub fn operator(&self) -> Caller {
        self.somebody("exchange:operator")
    }

    /// An officer of the agency, granted by the operator.
    pub async fn officer(&self) -> Caller {
        let officer = self.request(Role::AgencyOfficer, tree::AGENCY);
        self.granted(&self.operator(), officer).await
    }

    pub async fn analyst(&self) -> Caller {
        self.holder(Role::AgencyAnalyst, tree::AGENCY).await
    }

    /// Of the agency, assigned to the unit.
    pub async fn method_supporter_of(&self, unit: &str) -> Caller {
        let grant = CreateGrantRequest {
            home_organization_id: self.id_of(tree::AGENCY),
            ..self.request(Role::MethodSupporter, unit)
        };
        self.granted(&self.officer().await, grant).await
    }

    pub async fn head_of(&self, organizer: &str) -> Caller {
        self.holder(Role::OrganizerHead, organizer).await
    }

    pub async fn area_manager_of(&self, area: &str) -> Caller {
        self.holder(Role::AreaManager, area).await
    }

    pub async fn quality_developer_of(&self, organizer: &str) -> Caller {
        self.holder(Role::QualityDeveloper, organizer).await
    }

    pub async fn board_of(&self, organizer: &str) -> Caller {
        self.holder(Role::GoverningBoard, organizer).await
    }

    pub async fn principal_of(&self, unit: &str) -> Caller {
        self.holder(Role::Principal, unit).await
    }

    pub async fn teacher_of(&self, unit: &str) -> Caller {
        self.holder(Role::Teacher, unit).await
    }

    pub async fn coordinator_of(&self, university: &str) -> Caller {
        self.holder(Role::UniversityCoordinator, university).await
    }

    /// Of the university, engaged at the organization in the round of the stories.
    pub async fn researcher_of(&self, organization: &str) -> Caller {
        let grant = CreateGrantRequest {
            home_organization_id: self.id_of(tree::UNIVERSITY),
            round: ROUND.to_owned(),
            ..self.request(Role::Researcher, organization)
        };
        self.granted(&self.officer().await, grant).await
    }

    pub async fn organizer_system_of(&self, organizer: &str) -> Caller {
        self.holder(Role::OrganizerSystem, organizer).await
    }

    pub async fn university_system_of(&self, university: &str) -> Caller {
        self.holder(Role::UniversitySystem, university).await
    }

    /// Of the agency, for a month.
    pub async fn observer_of(&self, organization: &str) -> Caller {
        let grant = CreateGrantRequest {
            home_organization_id: self.id_of(tree::AGENCY),
            not_after: Some(Timestamp::from(clock::now().plus_seconds(30 * 24 * 3600))),
            ..self.request(Role::Observer, organization)
        };
        self.granted(&self.officer().await, grant).await
    }

    /// Somebody with a token that is accepted, and no role at all.
    pub fn stranger(&self) -> Caller {
        self.somebody("exchange:stranger")
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Caller {
        self.with_token(None)
    }

    /// Whoever holds a role that needs nothing else than a place.
    pub async fn holder(&self, role: Role, at: &str) -> Caller {
        self.granted(&self.officer().await, self.request(role, at))
            .await
    }

    /// A request for a grant, its subject named after role and place.
    pub fn request(&self, role: Role, at: &str) -> CreateGrantRequest {
        let name = format!("{}-{at}", role.as_str_name().trim_start_matches("ROLE_"));
        let name: String = name
            .to_lowercase()
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '-' })
            .collect();
        CreateGrantRequest {
            request_id: request_id(),
            subject: format!("exchange:{name}"),
            role: role.into(),
            organization_id: self.id_of(at),
            ..CreateGrantRequest::default()
        }
    }

    /// The subject of the request, after the grant was made; at once, when it was made before.
    pub async fn granted(&self, by: &Caller, request: CreateGrantRequest) -> Caller {
        let subject = request.subject.clone();
        let mut callers = self.callers().lock().await;
        if let Some(known) = callers.get(&subject) {
            return known.clone();
        }
        let answer = by
            .access()
            .create_grant(request)
            .await
            .expect("the role is granted")
            .into_inner();
        let mut caller = self.somebody(&subject);
        caller.grant = answer.grant;
        callers.insert(subject, caller.clone());
        caller
    }
}
