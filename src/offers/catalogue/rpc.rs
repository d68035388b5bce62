//! How the catalogue is spoken. Translates between requests and operations, and decides nothing.

use std::pin::Pin;

use futures::{Stream, StreamExt};
use tonic::{Response, Status};

use super::{
    operations::{self, Searched},
    request, wire,
};
use crate::{
    access::Caller,
    error::Result,
    exchange::Exchange,
    page::{self, Listing},
    proto::v1,
};

const DEFAULT_PAGE: u32 = 20;
const DEFAULT_CELLS: u32 = 50;

pub type Matches = Pin<Box<dyn Stream<Item = Result<v1::MatchNeedsResponse, Status>> + Send>>;

pub async fn search(
    exchange: &Exchange,
    caller: &Caller,
    request: v1::SearchCourseOffersRequest,
) -> Result<Response<v1::SearchCourseOffersResponse>, Status> {
    let search = request::search(&request, caller.at())?;
    let filters = request::filters_of(&request);
    let listing = Listing {
        method: "/styrkedja.v1.CourseOfferService/SearchCourseOffers",
        subject: caller.subject(),
        filters: &filters,
    };
    let size = page::size(request.page_size, DEFAULT_PAGE);
    let token = &request.page_token;
    let Searched {
        offers,
        next,
        total,
        position,
    } = operations::search(exchange, caller, search, listing, size, token).await?;
    Ok(Response::new(v1::SearchCourseOffersResponse {
        offers: offers.into_iter().map(wire::found).collect::<Result<_>>()?,
        next_page_token: next.unwrap_or_default(),
        total,
        position: position.unsigned_abs(),
    }))
}

pub async fn match_needs(
    exchange: &Exchange,
    caller: &Caller,
    request: v1::MatchNeedsRequest,
) -> Result<Response<Matches>, Status> {
    let asked = request::asked(request)?;
    let answers = operations::match_needs(exchange, caller, asked).await?;
    let answers = answers.map(|answer| {
        let (need, matches) = answer?;
        Ok(wire::matched(need, matches))
    });
    Ok(Response::new(Box::pin(answers)))
}

pub async fn list_unmet_needs(
    exchange: &Exchange,
    caller: &Caller,
    request: v1::ListUnmetNeedsRequest,
) -> Result<Response<v1::ListUnmetNeedsResponse>, Status> {
    let filters = request::filters_of_cells(&request);
    let listing = Listing {
        method: "/styrkedja.v1.CourseOfferService/ListUnmetNeeds",
        subject: caller.subject(),
        filters: &filters,
    };
    let size = page::size(request.page_size, DEFAULT_CELLS);
    let asked = request::asked_cells(&request);
    let token = &request.page_token;
    let (cells, next) =
        operations::list_unmet(exchange, caller, asked, listing, size, token).await?;
    Ok(Response::new(v1::ListUnmetNeedsResponse {
        needs: cells.into_iter().map(wire::unmet).collect(),
        next_page_token: next.unwrap_or_default(),
    }))
}
