//! `styrkedja sync verify`.

use anyhow::anyhow;
use indicatif::ProgressBar;

use super::{Place, told};
use crate::{
    cli::{failure::Failure, output, remote::Remote},
    replica::{self, Verified},
};

pub async fn verify(remote: &Remote, place: &Place) -> Result<(), Failure> {
    let mut replica = place.open(remote).await?;
    let bar = ProgressBar::new_spinner();
    let mut show = |found: &Verified| {
        bar.set_message(format!("{} documents compared", found.documents));
    };
    let verified = replica::verify(&mut replica, &mut remote.link(), &mut show).await;
    bar.finish_and_clear();
    let verified = told(verified, remote)?;
    told(replica.close().await, remote)?;
    output::print(remote.output, &verified, draw)?;
    if verified.was_right() {
        return Ok(());
    }
    Err(anyhow!("the replica was not as it should be; it was mended").into())
}

fn draw(found: &Verified) -> String {
    let mended = |fetched: u64, deleted: u64| format!("{fetched} fetched, {deleted} deleted");
    output::facts([
        ("Position", found.position.to_string()),
        ("Documents", found.documents.to_string()),
        (
            "  mended",
            mended(found.documents_fetched, found.documents_deleted),
        ),
        ("  pushed and not told yet", found.ahead.to_string()),
        ("Organizations", found.organizations.to_string()),
        (
            "  mended",
            mended(found.organizations_fetched, found.organizations_deleted),
        ),
        ("Ranges compared", found.ranges.to_string()),
        ("Ranges mended", found.ranges_mended.to_string()),
    ])
}
