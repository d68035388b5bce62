//! `styrkedja sync init`.

use clap::Args;

use super::{Place, told};
use crate::{
    cli::{
        choice,
        failure::Failure,
        organizations::{REFERENCE, id_of, reference},
        output,
        remote::Remote,
    },
    proto::v1::{DocumentKind, OrganizationRef, SyncFilter},
    replica::Replica,
};

#[derive(Args, Debug)]
pub struct Init {
    /// Only documents of these kinds, for example `action-plan`.
    #[arg(long = "kind", value_parser = choice("DOCUMENT_KIND_", DocumentKind::from_str_name))]
    kinds: Vec<DocumentKind>,
    /// Only documents of this round.
    #[arg(long, default_value = "", hide_default_value = true)]
    round: String,
    /// Only documents of this owner.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    owner: Option<OrganizationRef>,
}

impl Init {
    pub async fn run(&self, remote: &Remote, place: &Place) -> Result<(), Failure> {
        let file = place.replica.display();
        if told(Replica::open(&place.replica).await, remote)?.is_some() {
            return Err(Failure::Usage(format!("there is a replica in {file}")));
        }
        let filter = SyncFilter {
            kinds: self.kinds.iter().map(|&kind| kind.into()).collect(),
            round: self.round.clone(),
            owner_id: match &self.owner {
                Some(organization) => id_of(remote, organization.clone()).await?,
                None => String::new(),
            },
        };
        let filter = Some(filter).filter(|filter| *filter != SyncFilter::default());
        let replica = place.begin(remote, &mut remote.link(), filter).await?;
        let made = format!("A replica for {} is in {file}.", replica.subject);
        told(replica.close().await, remote)?;
        Ok(output::line(&made)?)
    }
}
