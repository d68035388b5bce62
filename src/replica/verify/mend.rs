//! What differs, mended: fetched, or deleted, in one transaction that leaves the cursor where it is.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use tonic::Code;
use uuid::Uuid;

use super::{
    Range, Verifying,
    held::{Held, HeldVersion},
    is_told,
};
use crate::{
    proto::v1::{
        Digest, Document, GetDocumentRequest, ListOrganizationsRequest, Organization, Version,
    },
    replica::{
        Error, Result,
        apply::{Kept, delete_document, delete_organization, put_document, put_organization},
        file::standing,
        link::Link,
    },
};

/// Documents fetched at a time.
const AT_ONCE: usize = 16;

/// What is to be done about documents.
#[derive(Default)]
struct Mending {
    put: Vec<Document>,
    delete: Vec<String>,
}

impl Mending {
    fn is_empty(&self) -> bool {
        self.put.is_empty() && self.delete.is_empty()
    }
}

impl Verifying<'_> {
    /// Makes a range hold these versions, and what is ahead of them.
    pub(super) async fn mend_documents(
        &mut self,
        held: &Held,
        range: Range,
        versions: &[Version],
    ) -> Result<()> {
        let told = |version: &Version| Uuid::try_parse(&version.id).unwrap_or_default();
        let by_id: BTreeMap<Uuid, &Version> = versions.iter().map(|one| (told(one), one)).collect();
        let here: BTreeMap<Uuid, &HeldVersion> = held.within(range).collect();
        let ids: BTreeSet<Uuid> = by_id.keys().chain(here.keys()).copied().collect();
        let differing = ids.into_iter().filter_map(|id| {
            let (version, here) = (by_id.get(&id).copied(), here.get(&id).copied());
            let is_same = version.map(|one| &one.etag) == here.map(|one| &one.etag);
            (!is_same).then_some((id, version, here))
        });
        let link = &*self.link;
        let remedies = differing.map(async |(id, version, here)| {
            let mut link = link.clone();
            remedy(&mut link, &id.to_string(), version, here).await
        });
        let mut remedies = Box::pin(stream::iter(remedies).buffered(AT_ONCE));
        let (mut mending, mut ahead) = (Mending::default(), 0);
        while let Some(remedy) = remedies.try_next().await? {
            match remedy {
                Remedy::Put(document) => mending.put.push(*document),
                Remedy::Delete(id) => mending.delete.push(id),
                Remedy::IsAhead => ahead += 1,
                Remedy::Nothing => {}
            }
        }
        drop(remedies);
        self.found.ahead += ahead;
        if !mending.is_empty() {
            self.found.ranges_mended += 1;
        }
        self.write(mending).await
    }

    /// Rows whose keys are no ids are of nothing that the exchange has.
    pub(super) async fn delete_strange(&mut self, held: &Held) -> Result<()> {
        let delete = held.strange_documents.clone();
        self.write(Mending {
            delete,
            ..Mending::default()
        })
        .await
    }

    async fn write(&mut self, mending: Mending) -> Result<()> {
        if mending.is_empty() {
            return Ok(());
        }
        let Mending { put, delete } = mending;
        let mut transaction = self.replica.begin().await?;
        let standing = standing(&mut transaction).await?;
        if standing.cursor != self.cursor {
            return Err(Error::MovedByAnother);
        }
        for document in &put {
            put_document(&mut transaction, document, standing.snapshot, Kept::Any).await?;
        }
        for id in &delete {
            delete_document(&mut transaction, id).await?;
        }
        transaction.commit().await?;
        self.found.documents_fetched += put.len() as u64;
        self.found.documents_deleted += delete.len() as u64;
        Ok(())
    }

    /// Makes the replica hold the organizations of a digest, or where it tells none, those that are listed.
    pub(super) async fn mend_organizations(&mut self, held: &Held, digest: &Digest) -> Result<()> {
        let listed = self.organizations().await?;
        let wanted: BTreeMap<&str, &str> = if is_told(digest) {
            let versions = digest.versions.iter();
            versions.map(|one| (&*one.id, &*one.etag)).collect()
        } else {
            listed.iter().map(|one| (&*one.id, &*one.etag)).collect()
        };
        let etag_here = |id: &str| {
            let id = Uuid::try_parse(id).unwrap_or_default();
            held.organizations.get(&id).map(|here| here.etag.as_str())
        };
        let lacks = |one: &&Organization| {
            let wanted = wanted.get(&*one.id);
            wanted.is_some() && etag_here(&one.id) != wanted.copied()
        };
        let put: Vec<&Organization> = listed.iter().filter(lacks).collect();
        let here = held.organizations.keys().map(Uuid::to_string);
        let here = here.chain(held.strange_organizations.iter().cloned());
        let delete: Vec<String> = here.filter(|id| !wanted.contains_key(&**id)).collect();

        let mut transaction = self.replica.begin().await?;
        let standing = standing(&mut transaction).await?;
        if standing.cursor != self.cursor {
            return Err(Error::MovedByAnother);
        }
        for organization in &put {
            put_organization(&mut transaction, organization, standing.snapshot).await?;
        }
        for id in &delete {
            delete_organization(&mut transaction, id).await?;
        }
        transaction.commit().await?;
        self.found.organizations_fetched += put.len() as u64;
        self.found.organizations_deleted += delete.len() as u64;
        Ok(())
    }

    /// All that are in scope now.
    async fn organizations(&mut self) -> Result<Vec<Organization>> {
        let mut request = ListOrganizationsRequest {
            page_size: 1000,
            ..ListOrganizationsRequest::default()
        };
        let mut all = Vec::new();
        loop {
            let page = self
                .link
                .ask(async |client| {
                    let listing = client.organizations.list_organizations(request.clone());
                    listing.await
                })
                .await?;
            all.extend(page.organizations);
            if page.next_page_token.is_empty() {
                return Ok(all);
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// What is to be done about a document that the replica does not hold as it should.
enum Remedy {
    Put(Box<Document>),
    Delete(String),
    /// Nothing: it is newer, from a push of the replica's own.
    IsAhead,
    /// It should hold one that the caller does not see any more, and holds none.
    Nothing,
}

async fn remedy(
    link: &mut Link,
    id: &str,
    version: Option<&Version>,
    here: Option<&HeldVersion>,
) -> Result<Remedy> {
    let told = version.map_or(0, |version| version.revision);
    if let Some(here) = here.filter(|here| here.ahead && here.revision > told) {
        let written = document(link, id, here.revision).await?;
        if written.is_some_and(|written| written.etag == here.etag) {
            return Ok(Remedy::IsAhead);
        }
    }
    let wanted = match version {
        Some(version) => document(link, id, version.revision).await?,
        None => None,
    };
    Ok(match (wanted, here) {
        (Some(document), _) => Remedy::Put(Box::new(document)),
        (None, Some(_)) => Remedy::Delete(id.to_owned()),
        (None, None) => Remedy::Nothing,
    })
}

/// A revision of a document. None: the caller does not see it.
async fn document(link: &mut Link, id: &str, revision: u32) -> Result<Option<Document>> {
    let request = GetDocumentRequest {
        id: id.to_owned(),
        revision,
    };
    let asked = link
        .ask(async |client| client.documents.get_document(request.clone()).await)
        .await;
    match asked {
        Ok(answer) => Ok(answer.document),
        Err(Error::Refused(status)) if status.code() == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
