//! `styrkedja document create` and `update`.

use std::{
    fs,
    io::{self, Read},
};

use anyhow::Context;
use clap::Args;
use prost_types::FieldMask;

use super::envelope;
use crate::{
    cli::{
        failure::Failure,
        json,
        organizations::{REFERENCE, id_of, reference},
        output,
        remote::Remote,
        writing::Writing,
    },
    proto::v1::{CreateDocumentRequest, Document, OrganizationRef, UpdateDocumentRequest},
};

#[derive(Args, Debug)]
pub struct Create {
    /// File with the document as protobuf JSON; `-` is the input.
    #[arg(default_value = "-")]
    file: String,
    /// The organization that the document is about, instead of `ownerId` in the file.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    owner: Option<OrganizationRef>,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Args, Debug)]
pub struct Update {
    /// Id of the document.
    id: String,
    /// File with the new values as protobuf JSON; `-` is the input.
    #[arg(default_value = "-")]
    file: String,
    /// Paths to change, for example `period` or `analysis.problems`.
    #[arg(long, value_delimiter = ',', required = true)]
    mask: Vec<String>,
    /// The etag of the state that the change was made on.
    #[arg(long)]
    etag: String,
    #[command(flatten)]
    writing: Writing,
}

impl Create {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let mut document = read_file(&self.file)?;
        if let Some(owner) = self.owner {
            document.owner_id = id_of(remote, owner).await?;
        }
        let request = CreateDocumentRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            document: Some(document),
        };
        let mut client = remote.connect().await?.documents;
        let answer = remote.answer(client.create_document(request)).await?;
        Ok(output::show(remote.output, &answer, |answer| {
            let text = answer.document.as_ref().map(envelope).unwrap_or_default();
            remote.with_findings(self.writing.noted(text), &answer.findings)
        })?)
    }
}

impl Update {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let request = UpdateDocumentRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            document: Some(Document {
                id: self.id,
                ..read_file(&self.file)?
            }),
            update_mask: Some(FieldMask { paths: self.mask }),
            etag: self.etag,
        };
        let mut client = remote.connect().await?.documents;
        let answer = remote.answer(client.update_document(request)).await?;
        Ok(output::show(remote.output, &answer, |answer| {
            let text = answer.document.as_ref().map(envelope).unwrap_or_default();
            remote.with_findings(self.writing.noted(text), &answer.findings)
        })?)
    }
}

/// Reads a document from a file; `-` is the input.
pub fn read_file(file: &str) -> Result<Document, Failure> {
    let mut text = String::new();
    if file == "-" {
        io::stdin()
            .read_to_string(&mut text)
            .context("the input is no text")?;
    } else {
        text =
            fs::read_to_string(file).map_err(|error| Failure::Usage(format!("{file}: {error}")))?;
    }
    json::read(&text)
}
