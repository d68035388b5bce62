//! `styrkedja offers export`.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use anyhow::{Context, anyhow};
use clap::Args;
use tonic::Status;

use super::{
    tally::{Tally, Told},
    university,
};
use crate::{
    cli::{
        failure::Failure,
        organizations::{REFERENCE, reference},
        remote::Remote,
    },
    offers::files::{University, Writer},
    proto::v1::{
        Document, DocumentKind, ListDocumentsRequest, Organization, OrganizationRef,
        document::Content,
    },
};

const PAGE: u32 = 200;

#[derive(Args, Debug)]
pub struct Export {
    /// The university. By default the one that you belong to.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    university: Option<OrganizationRef>,
    /// File to write. By default the output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The id that its offers name the university by, where they name several.
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
}

impl Export {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let found = university(remote, self.university.clone()).await?;
        let university = found.ok_or_else(|| {
            Failure::Usage(
                "you belong to no university alone; name one with --university".to_owned(),
            )
        })?;
        let out: Box<dyn Write + Send> = match &self.out {
            Some(path) => {
                let file = File::create(path).with_context(|| path.display().to_string())?;
                Box::new(BufWriter::new(file))
            }
            None => Box::new(BufWriter::new(io::stdout())),
        };
        let mut writer = Writer::new(out).map_err(anyhow::Error::from)?;
        let (mut count, mut providers) = (0_u64, BTreeSet::new());
        let mut client = remote.connect().await?.documents;
        let mut request = ListDocumentsRequest {
            owner_id: university.id.clone(),
            kinds: vec![DocumentKind::CourseOffer.into()],
            page_size: PAGE,
            ..ListDocumentsRequest::default()
        };
        loop {
            let page: Result<_, Status> = client.list_documents(request.clone()).await;
            let page = page.map_err(|status| remote.refused(status))?.into_inner();
            for document in page.documents {
                count += 1;
                write(&mut writer, document, &mut providers)?;
            }
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        let provider = provider(&university, self.provider, providers)?;
        let (mut out, findings) = writer.end(&provider).map_err(anyhow::Error::from)?;
        out.flush().map_err(anyhow::Error::from)?;
        let mut tally = Tally::default();
        for finding in findings {
            tally.add(&Told {
                id: finding.key.clone(),
                findings: vec![finding],
                ..Told::default()
            });
        }
        // The output may be the file.
        let text = format!(
            "{}\n{count} offers were written",
            tally.draw(remote.language(), None)
        );
        let _ = writeln!(io::stderr(), "{}", text.trim_start());
        match tally.refused {
            0 => Ok(()),
            refused => Err(anyhow!("{refused} findings are errors").into()),
        }
    }
}

fn write(
    writer: &mut Writer<Box<dyn Write + Send>>,
    document: Document,
    providers: &mut BTreeSet<String>,
) -> Result<(), Failure> {
    let Some(Content::CourseOffer(offer)) = document.content else {
        return Ok(());
    };
    let id = document
        .external_id
        .map(|id| id.value)
        .unwrap_or(document.id);
    let named = offer
        .offering
        .iter()
        .flat_map(|offering| &offering.provider_ids);
    providers.extend(named.cloned());
    writer
        .write(&id, &offer)
        .map_err(|error| anyhow::Error::from(error).into())
}

/// The university under the id that its offers name it by.
fn provider(
    university: &Organization,
    named: Option<String>,
    providers: BTreeSet<String>,
) -> Result<University, Failure> {
    let mut providers = providers.into_iter();
    let (first, second) = (providers.next(), providers.next());
    if named.is_none() && second.is_some() {
        let wrong =
            "the offers name several providers; say with --provider which is the university";
        return Err(Failure::Usage(wrong.to_owned()));
    }
    Ok(University {
        provider_id: named.or(first).unwrap_or_default(),
        name: university.display_name.clone(),
        organization_number: university.organization_number.clone(),
        edit_time: university.update_time,
    })
}
