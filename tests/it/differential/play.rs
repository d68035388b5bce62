//! Puts scenes into one world: names become ids, and each world's answers are kept for the scenes that build on them.

use prost::{Message, Name};
use styrkedja::proto::v1::{
    CompareRevisionsRequest, Document, DocumentKind, DocumentState, GetDocumentRequest,
    ListDocumentsRequest, ListRevisionsRequest,
};
use tonic::{Response, Status};

use super::{
    normal::{Names, Outcome},
    script::{Act, Scene, Which},
    sent::{Made, Sent, external},
};
use crate::world::{Caller, ROUND, World};

/// A world, who acts in it, and what came of it so far.
pub struct Player {
    callers: Vec<Caller>,
    pub made: Made,
    /// Requests that changed something or could have, and who sent them.
    sent: Vec<(usize, Sent)>,
    list_token: String,
    revisions_token: String,
    pub names: Names,
}

impl Player {
    pub async fn new(world: World) -> Self {
        let (karby, vallentuna) = ("Karbyskolan", "Vallentuna kommun");
        let callers = vec![
            world.principal_of(karby).await,
            world.officer().await,
            world.teacher_of(karby).await,
            world.head_of(vallentuna).await,
            world.organizer_system_of(vallentuna).await,
            world.method_supporter_of(karby).await,
            world.principal_of("Bällstabergsskolan").await,
            world.board_of(vallentuna).await,
            world.researcher_of(vallentuna).await,
            world.analyst().await,
            world.stranger(),
            world.nobody(),
        ];
        let owners = [
            karby,
            karby,
            vallentuna,
            "Bällstabergsskolan",
            "Svenstaviks skola",
        ];
        let mut owners: Vec<_> = owners.iter().map(|name| world.id_of(name)).collect();
        owners.push("no id at all".to_owned());
        Self {
            callers,
            made: Made {
                owners,
                documents: Vec::new(),
                first: Vec::new(),
                conflicts: Vec::new(),
            },
            sent: Vec::new(),
            list_token: String::new(),
            revisions_token: String::new(),
            names: Names::new(),
        }
    }

    pub async fn play(&mut self, scene: &Scene) -> Outcome {
        match &scene.act {
            Act::Get { which, revision } => {
                let request = GetDocumentRequest {
                    id: self.made.document(*which).id,
                    revision: *revision,
                };
                let answer = self.caller(scene).documents().get_document(request).await;
                self.told(answer)
            }
            Act::Compare { which, from, to } => {
                let request = CompareRevisionsRequest {
                    id: self.made.document(*which).id,
                    from_revision: *from,
                    to_revision: *to,
                };
                let answer = self
                    .caller(scene)
                    .documents()
                    .compare_revisions(request)
                    .await;
                self.told(answer)
            }
            Act::List {
                filter,
                size,
                goes_on,
            } => self.lists(scene, *filter, *size, *goes_on).await,
            Act::Revisions {
                which,
                size,
                goes_on,
            } => {
                let page_token = if *goes_on {
                    self.revisions_token.clone()
                } else {
                    String::new()
                };
                let request = ListRevisionsRequest {
                    id: self.made.document(*which).id,
                    page_size: *size,
                    page_token,
                };
                let answer = self.caller(scene).documents().list_revisions(request).await;
                if let Ok(page) = &answer {
                    self.revisions_token
                        .clone_from(&page.get_ref().next_page_token);
                }
                self.told(answer)
            }
            Act::Again { earlier, same } => {
                let Some((caller, mut sent)) =
                    self.sent.get(earlier % self.sent.len().max(1)).cloned()
                else {
                    return Outcome {
                        reasons: vec!["OK".to_owned()],
                        text: "nothing was sent yet".to_owned(),
                    };
                };
                if !same {
                    sent.change();
                }
                self.send(caller, sent).await
            }
            Act::Conflict { conflict } => {
                let caller = self.caller(scene);
                self.conflict(&caller, *conflict).await
            }
            Act::Conflicts { resolved, size } => {
                let caller = self.caller(scene);
                self.conflicts(&caller, *resolved, *size).await
            }
            Act::Create { .. }
            | Act::Update { .. }
            | Act::Submit { .. }
            | Act::Review { .. }
            | Act::Withdraw { .. }
            | Act::Push { .. }
            | Act::Resolve { .. } => {
                let sent = self.made.request(&scene.act).expect("it changes something");
                let outcome = self.send(scene.caller, sent.clone()).await;
                let is_push = matches!(sent, Sent::Push(_));
                if is_push || outcome.reasons == ["OK"] {
                    self.sent.push((scene.caller, sent));
                }
                outcome
            }
        }
    }

    fn caller(&self, scene: &Scene) -> Caller {
        self.callers[scene.caller].clone()
    }

    async fn lists(
        &mut self,
        scene: &Scene,
        filter: usize,
        page_size: u32,
        goes_on: bool,
    ) -> Outcome {
        let page_token = if goes_on {
            self.list_token.clone()
        } else {
            String::new()
        };
        let all = ListDocumentsRequest {
            page_size,
            page_token,
            ..ListDocumentsRequest::default()
        };
        let request = match filter {
            0 => ListDocumentsRequest {
                kinds: vec![DocumentKind::ActionPlan.into()],
                ..all
            },
            1 => ListDocumentsRequest {
                states: vec![DocumentState::Draft.into(), DocumentState::Withdrawn.into()],
                ..all
            },
            2 => ListDocumentsRequest {
                owner_id: self.made.owners[2].clone(),
                include_below: true,
                ..all
            },
            3 => ListDocumentsRequest {
                owner_id: self.made.owners[0].clone(),
                round: ROUND.to_owned(),
                ..all
            },
            4 => ListDocumentsRequest {
                external_id: Some(external(1)),
                ..all
            },
            5 => ListDocumentsRequest {
                updated_after: self.made.document(Which::Made(2)).update_time,
                ..all
            },
            6 => ListDocumentsRequest {
                include_below: true,
                kinds: vec![99],
                ..all
            },
            _ => all,
        };
        let answer = self.caller(scene).documents().list_documents(request).await;
        if let Ok(page) = &answer {
            self.list_token.clone_from(&page.get_ref().next_page_token);
        }
        self.told(answer)
    }

    async fn send(&mut self, caller: usize, sent: Sent) -> Outcome {
        let mut documents = self.callers[caller].documents();
        match sent {
            Sent::Create(request) => {
                let (dry, answer) = (
                    request.validate_only,
                    documents.create_document(request).await,
                );
                self.keep(
                    dry,
                    answer
                        .as_ref()
                        .ok()
                        .and_then(|answer| answer.get_ref().document.as_ref()),
                );
                self.told(answer)
            }
            Sent::Update(request) => {
                let (dry, answer) = (
                    request.validate_only,
                    documents.update_document(request).await,
                );
                self.keep(
                    dry,
                    answer
                        .as_ref()
                        .ok()
                        .and_then(|answer| answer.get_ref().document.as_ref()),
                );
                self.told(answer)
            }
            Sent::Submit(request) => {
                let (dry, answer) = (
                    request.validate_only,
                    documents.submit_document(request).await,
                );
                self.keep(
                    dry,
                    answer
                        .as_ref()
                        .ok()
                        .and_then(|answer| answer.get_ref().document.as_ref()),
                );
                self.told(answer)
            }
            Sent::Review(request) => {
                let (dry, answer) = (
                    request.validate_only,
                    documents.review_document(request).await,
                );
                self.keep(
                    dry,
                    answer
                        .as_ref()
                        .ok()
                        .and_then(|answer| answer.get_ref().document.as_ref()),
                );
                self.told(answer)
            }
            Sent::Withdraw(request) => {
                let answer = documents.withdraw_document(request).await;
                self.keep(
                    false,
                    answer
                        .as_ref()
                        .ok()
                        .and_then(|answer| answer.get_ref().document.as_ref()),
                );
                self.told(answer)
            }
            Sent::Push(batch) => {
                let caller = self.callers[caller].clone();
                self.push(&caller, batch).await
            }
            Sent::Resolve(request) => {
                let caller = self.callers[caller].clone();
                self.resolve(&caller, *request).await
            }
        }
    }

    /// Keeps the newest that is known of a document.
    pub fn keep(&mut self, dry: bool, document: Option<&Document>) {
        let Some(document) = document.filter(|_| !dry) else {
            return;
        };
        match self
            .made
            .documents
            .iter_mut()
            .find(|made| made.id == document.id)
        {
            Some(made) if made.revision < document.revision => made.clone_from(document),
            Some(_) => {}
            None => {
                self.made.documents.push(document.clone());
                self.made.first.push(document.clone());
            }
        }
    }

    pub fn told<T: Message + Name>(&mut self, answer: Result<Response<T>, Status>) -> Outcome {
        match answer {
            Ok(answer) => self.names.answer(answer.get_ref()),
            Err(status) => self.names.refusal(&status),
        }
    }
}
