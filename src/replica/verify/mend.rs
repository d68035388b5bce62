//! What differs, mended: fetched, or deleted, in one transaction that leaves the cursor where it is.

use std::collections::{BTreeMap, BTreeSet};

use tonic::Code;
use uuid::Uuid;

use super::{Range, Verifying, held::Held, is_told};
use crate::{
    proto::v1::{
        Digest, Document, GetDocumentRequest, ListOrganizationsRequest, Organization, Version,
    },
    replica::{
        Error, Result,
        apply::{Kept, delete_document, delete_organization, put_document, put_organization},
        file::standing,
    },
};

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
        let mut mending = Mending::default();
        for version in versions {
            let id = Uuid::try_parse(&version.id).unwrap_or_default();
            let here = held.documents.get(&id);
            if here.is_some_and(|here| here.etag == version.etag) {
                continue;
            }
            let ahead = here.filter(|here| here.ahead && here.revision > version.revision);
            if let Some(here) = ahead
                && self
                    .is_written(&version.id, here.revision, &here.etag)
                    .await?
            {
                self.found.ahead += 1;
                continue;
            }
            match self.document(&version.id, version.revision).await? {
                Some(document) => mending.put.push(document),
                None if here.is_some() => mending.delete.push(version.id.clone()),
                None => {}
            }
        }
        let wanted: BTreeSet<&str> = versions.iter().map(|version| &*version.id).collect();
        for (id, here) in held.within(range) {
            let id = id.to_string();
            if wanted.contains(&*id) {
                continue;
            }
            if here.ahead && self.is_written(&id, here.revision, &here.etag).await? {
                self.found.ahead += 1;
            } else {
                mending.delete.push(id);
            }
        }
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

    /// Whether the exchange has a revision, and the caller sees it.
    async fn is_written(&mut self, id: &str, revision: u32, etag: &str) -> Result<bool> {
        let document = self.document(id, revision).await?;
        Ok(document.is_some_and(|document| document.etag == etag))
    }

    /// A revision of a document. None: the caller does not see it.
    async fn document(&mut self, id: &str, revision: u32) -> Result<Option<Document>> {
        let request = GetDocumentRequest {
            id: id.to_owned(),
            revision,
        };
        let asked = self
            .link
            .ask(async |client| client.documents.get_document(request.clone()).await)
            .await;
        match asked {
            Ok(answer) => Ok(answer.document),
            Err(Error::Refused(status)) if status.code() == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
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
