//! Bergs kommun keeps a copy of its analyses and plans: from first contact, while Svenstaviks skola is split and its upper
//! school goes to another organizer, to a conflict that is resolved. docs/sync.md tells the same to people.

use serde_json::Value;
use styrkedja::{
    proto::v1::{
        CreateGrantRequest, Document, DocumentKind, ExternalId, GetLineageRequest,
        GetOrganizationRequest, ListDocumentsRequest, OrganizationRecord, OrganizationRef,
        OrganizationType, OrganizerType, Predecessor, Role, SchoolForm, SchoolType,
        organization_ref::Identity,
    },
    server::Running,
};

use super::{Desk, number, text};
use crate::{
    documents::{acts::*, papers::*},
    organizations::{self, BERG},
    world::{Caller, Engine, World},
};

stories!(berg_keeps_its_copy_from_first_contact_to_a_conflict_resolved);

/// Svenstaviks skola as it was, and the two units that it became in 2020.
const WHOLE: &str = "60381291";
const LOWER: &str = "64147674";
const UPPER: &str = "63849173";
/// An independent organizer (enskild huvudman).
const INDEPENDENT: &str = "5567812069";

async fn berg_keeps_its_copy_from_first_contact_to_a_conflict_resolved(world: World) {
    let mut berg = Berg::of(world).await;
    berg.first_contact().await;
    berg.plans_for_the_school().await;
    berg.the_school_is_split().await;
    berg.the_upper_school_goes_to_another_organizer().await;
    berg.both_sides_change_the_plan().await;
    berg.all_is_as_it_should_be().await;
    if let Some(other) = berg.other {
        other.stop().await;
    }
}

struct Berg {
    world: World,
    desk: Desk,
    system: Caller,
    /// A second server process, where the database allows it: the municipality calls whichever it reaches.
    other: Option<Running>,
    addresses: Vec<String>,
    calls: usize,
}

impl Berg {
    async fn of(world: World) -> Self {
        register(&world.operator()).await;
        let system = world.organizer_system_of("Bergs kommun").await;
        let desk = Desk::of(&world, system.clone());
        let mut addresses = vec![desk.server.clone()];
        let mut other = None;
        if world.place().engine() == Engine::Postgres {
            let (running, _) = world.another_server().await;
            addresses.push(format!("http://{}", running.address()));
            other = Some(running);
        }
        Self {
            world,
            desk,
            system,
            other,
            addresses,
            calls: 0,
        }
    }

    /// Runs a command against the server process whose turn it is.
    async fn says(&mut self, words: &[&str]) -> String {
        self.next_server();
        self.desk.says(words).await
    }

    async fn json(&mut self, words: &[&str]) -> Value {
        self.next_server();
        self.desk.json(words).await
    }

    fn next_server(&mut self) {
        self.calls += 1;
        let address = &self.addresses[self.calls % self.addresses.len()];
        self.desk.server.clone_from(address);
    }

    async fn id_of(&self, code: &str) -> String {
        let request = GetOrganizationRequest {
            organization: Some(by_code(code)),
            date: String::new(),
        };
        let operator = self.world.operator();
        let answer = operator.organizations().get_organization(request).await;
        let answer = answer.expect("it is registered").into_inner();
        answer.organization.expect("an organization").id
    }

    /// Puts a document, pushes it and pulls. Tells it as it is held then.
    async fn hands_over(&mut self, name: &str, document: &Document) -> Document {
        let json = styrkedja::json::line(document).expect("it can be written");
        let json: Value = serde_json::from_str(&json).expect("it is JSON");
        let file = self.desk.paper(name, &json);
        self.says(&["put", &file]).await;
        self.says(&["push"]).await;
        self.says(&["pull"]).await;
        let held = self.desk.documents().await.into_iter();
        let mut same = held.filter(|held| {
            held.external_id == document.external_id && held.owner_id == document.owner_id
        });
        same.next().expect("it is held")
    }

    async fn first_contact(&mut self) {
        let pulled = self.json(&["pull"]).await;
        assert_eq!(
            ["/snapshots", "/documents"].map(|at| number(&pulled, at)),
            [1, 0]
        );
        let schools = self
            .desk
            .query("SELECT display_name FROM organizations WHERE school_unit_code = '60381291'")
            .await;
        assert_eq!(schools, ["Svenstaviks skola"]);
        self.desk.must_be_in_step().await;
    }

    async fn plans_for_the_school(&mut self) {
        let school = self.id_of(WHOLE).await;
        let analysis = self
            .hands_over(
                "nulage.json",
                &named(analysis(&school), "svenstavik-nulage"),
            )
            .await;
        let plan = named(plan(&school, &analysis), "svenstavik-plan");
        let plan = self.hands_over("plan.json", &plan).await;
        assert_eq!(plan.revision, 1);
        self.desk.must_be_in_step().await;
    }

    /// The documents stay with the unit that they were written for, and the copy learns of the two that took over.
    async fn the_school_is_split(&mut self) {
        let ended = OrganizationRecord {
            end_date: "2019-12-31".to_owned(),
            ..unit(WHOLE, "Svenstaviks skola")
        };
        let successor = |code: &str, name: &str| OrganizationRecord {
            start_date: "2020-01-01".to_owned(),
            predecessors: vec![Predecessor {
                organization: Some(by_code(WHOLE)),
                date: "2020-01-01".to_owned(),
            }],
            ..unit(code, name)
        };
        // The lower school is known already, below its area.
        let lower = OrganizationRecord {
            parent: None,
            ..successor(LOWER, "Svenstaviks skola F-6")
        };
        let split = vec![ended, lower, successor(UPPER, "Svenstaviks skola 7-9")];
        let answer = organizations::import(&self.world.operator(), split).await;
        let answer = answer.expect("taken in");
        assert_eq!(
            (answer.created, answer.updated, answer.refused),
            (1, 2, 0),
            "{answer:?}"
        );

        let pulled = self.json(&["pull"]).await;
        assert_eq!(number(&pulled, "/organizations"), 3);
        assert_eq!(number(&pulled, "/deleted"), 0);
        assert_eq!(self.desk.documents().await.len(), 2);
        let ended = self
            .desk
            .query("SELECT json_extract(organization, '$.endDate') FROM organizations WHERE school_unit_code = '60381291'")
            .await;
        assert_eq!(ended, ["2019-12-31"]);
        let lineage = GetLineageRequest {
            organization: Some(by_code(WHOLE)),
        };
        let lineage = self.system.organizations().get_lineage(lineage).await;
        assert_eq!(
            lineage.expect("it is seen").into_inner().successions.len(),
            2
        );

        // Each part gets its own analysis and plan.
        for (code, name) in [(LOWER, "f6"), (UPPER, "79")] {
            let school = self.id_of(code).await;
            let analysis = named(analysis(&school), &format!("svenstavik-{name}-nulage"));
            let analysis = self
                .hands_over(&format!("{name}-nulage.json"), &analysis)
                .await;
            let plan = named(plan(&school, &analysis), &format!("svenstavik-{name}-plan"));
            self.hands_over(&format!("{name}-plan.json"), &plan).await;
        }
        assert_eq!(self.desk.documents().await.len(), 6);
        self.desk.must_be_in_step().await;
    }

    /// What the unit has leaves the copy with it; what was changed here meanwhile is refused, and not lost.
    async fn the_upper_school_goes_to_another_organizer(&mut self) {
        let upper = self.id_of(UPPER).await;
        let held = self.desk.documents().await;
        let of_upper: Vec<&Document> = held.iter().filter(|one| one.owner_id == upper).collect();
        let [_, plan] = of_upper[..] else {
            panic!("an analysis and a plan, not {of_upper:?}")
        };
        let mut late = plan.clone();
        plan_in(&mut late).title = "Åtgärdsplan, reviderad".into();
        let mut replica = self.desk.replica().await;
        replica.put(&late).await.expect("it is put");
        replica.close().await.expect("it closes");

        let moved = OrganizationRecord {
            start_date: "2020-01-01".to_owned(),
            parent_since: "2020-07-01".to_owned(),
            ..organizations::unit(UPPER, "Svenstaviks skola 7-9", INDEPENDENT)
        };
        let answer = organizations::import(&self.world.operator(), vec![moved]).await;
        assert_eq!(answer.expect("taken in").updated, 1);

        let pulled = self.json(&["pull"]).await;
        assert_eq!(number(&pulled, "/deleted"), 3, "{pulled}");
        self.next_server();
        let pushed = self.desk.run(&["push"]).await;
        assert_eq!(pushed.status.code(), Some(1));
        let status = self.json(&["status"]).await;
        assert_eq!(text(&status, "/outbox/0/state"), "refused");
        assert_eq!(text(&status, "/outbox/0/answer/reason"), "NOT_FOUND");
        let row = number(&status, "/outbox/0/number").to_string();
        self.says(&["discard", &row]).await;
        assert_eq!(self.desk.documents().await.len(), 4);
        self.desk.must_be_in_step().await;
    }

    async fn both_sides_change_the_plan(&mut self) {
        let lower = self.id_of(LOWER).await;
        let principal = self.principal_of(&lower).await;
        let held = self.desk.documents().await.into_iter();
        let mut plans =
            held.filter(|one| one.owner_id == lower && one.kind() == DocumentKind::ActionPlan);
        let plan = plans.next().expect("a plan is held");
        // At school and at the office, neither knows of the other.
        let mut at_school = plan.clone();
        plan_in(&mut at_school).title = "Läsning i alla ämnen".into();
        plan_in(&mut at_school).goals[0].target_period = "2020/21".into();
        let paths = ["action_plan.title", "action_plan.goals"];
        let changed = principal.updates(change(&at_school, &paths)).await;
        changed.expect("a draft can be changed");
        let mut at_the_office = plan.clone();
        plan_in(&mut at_the_office).title = "Språkutvecklande arbetssätt".into();
        plan_in(&mut at_the_office).measures[0].cost_sek = Some(150_000);
        let mut replica = self.desk.replica().await;
        replica.put(&at_the_office).await.expect("it is put");
        replica.close().await.expect("it closes");
        self.next_server();
        assert_eq!(self.desk.run(&["push"]).await.status.code(), Some(1));

        let conflicts = self.json(&["conflicts"]).await;
        let conflict = text(&conflicts, "/conflicts/0/id");
        let shown = self.says(&["conflicts", &conflict]).await;
        for side in [
            "Åtgärdsplan läsåret",
            "Läsning i alla ämnen",
            "Språkutvecklande arbetssätt",
        ] {
            assert!(shown.contains(side), "{side} is not in {shown}");
        }
        // The office puts both together.
        self.says(&["pull"]).await;
        let mut both = self.desk.shown(&plan.id).await;
        both["actionPlan"]["title"] = "Språkutvecklande arbetssätt: läsning i alla ämnen".into();
        both["actionPlan"]["measures"][0]["costSek"] = "150000".into();
        let file = self.desk.paper("both.json", &both);
        self.says(&["resolve", &conflict, "--file", &file]).await;
        assert!(self.says(&["conflicts"]).await.contains("0 conflict(s)"));
        let mut now = principal.gets(&plan.id, 0).await.expect("it is seen");
        let now = plan_in(&mut now);
        assert_eq!(
            now.title,
            "Språkutvecklande arbetssätt: läsning i alla ämnen"
        );
        assert_eq!(now.goals[0].target_period, "2020/21");
        assert_eq!(now.measures[0].cost_sek, Some(150_000));
    }

    async fn principal_of(&self, unit: &str) -> Caller {
        let request = CreateGrantRequest {
            organization_id: unit.to_owned(),
            ..self.world.request(Role::Principal, "Svenstaviks skola")
        };
        let officer = self.world.officer().await;
        self.world.granted(&officer, request).await
    }

    async fn all_is_as_it_should_be(&mut self) {
        self.says(&["pull"]).await;
        self.desk.must_be_in_step().await;
        assert!(
            self.desk
                .query("SELECT request_id FROM outbox")
                .await
                .is_empty()
        );
        assert_eq!(number(&self.json(&["verify"]).await, "/rangesMended"), 0);
        let listed = self.system.all(ListDocumentsRequest::default()).await;
        assert_eq!(listed.len(), 4);
    }
}

/// What the register of 2018 has besides the small tree: the whole school, and an organizer to come.
async fn register(operator: &Caller) {
    let independent = OrganizationRecord {
        key: INDEPENDENT.to_owned(),
        r#type: OrganizationType::Organizer.into(),
        display_name: "Aktivia AB".to_owned(),
        organization_number: INDEPENDENT.to_owned(),
        organizer_type: OrganizerType::Independent.into(),
        ..OrganizationRecord::default()
    };
    let records = vec![independent, unit(WHOLE, "Svenstaviks skola")];
    let answer = organizations::import(operator, records).await;
    let answer = answer.expect("taken in");
    assert_eq!((answer.created, answer.refused), (2, 0), "{answer:?}");
}

fn unit(code: &str, name: &str) -> OrganizationRecord {
    let form = SchoolForm {
        school_type: SchoolType::Gr.into(),
        ..SchoolForm::default()
    };
    OrganizationRecord {
        school_forms: vec![form],
        ..organizations::unit(code, name, BERG)
    }
}

fn by_code(code: &str) -> OrganizationRef {
    OrganizationRef {
        identity: Some(Identity::SchoolUnitCode(code.to_owned())),
    }
}

fn named(mut document: Document, name: &str) -> Document {
    document.external_id = Some(ExternalId {
        scheme: "berg.kvalitet".to_owned(),
        value: name.to_owned(),
    });
    document
}
