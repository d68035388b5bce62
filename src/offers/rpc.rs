//! Course offers on the wire: who calls, and which part of the feature answers.

use tonic::{Request, Response, Status, Streaming};

use super::{catalogue, places, submission};
use crate::{
    access::caller_of,
    exchange::Exchange,
    proto::v1::{self, course_offer_service_server::CourseOfferService},
};

/// The course offer service of an exchange.
#[derive(Clone)]
pub struct Rpc(Exchange);

impl Rpc {
    pub fn new(exchange: &Exchange) -> Self {
        Self(exchange.clone())
    }
}

#[tonic::async_trait]
impl CourseOfferService for Rpc {
    type SubmitCourseOffersStream = submission::rpc::Answers;
    type GetSubmissionReportStream = submission::rpc::Report;
    type MatchNeedsStream = catalogue::rpc::Matches;

    async fn submit_course_offers(
        &self,
        request: Request<Streaming<v1::SubmitCourseOffersRequest>>,
    ) -> Result<Response<Self::SubmitCourseOffersStream>, Status> {
        let caller = caller_of(&request)?;
        submission::rpc::submit(&self.0, &caller, request.into_inner()).await
    }

    async fn list_submissions(
        &self,
        request: Request<v1::ListSubmissionsRequest>,
    ) -> Result<Response<v1::ListSubmissionsResponse>, Status> {
        let caller = caller_of(&request)?;
        submission::rpc::list(&self.0, &caller, request.into_inner()).await
    }

    async fn get_submission_report(
        &self,
        request: Request<v1::GetSubmissionReportRequest>,
    ) -> Result<Response<Self::GetSubmissionReportStream>, Status> {
        let caller = caller_of(&request)?;
        submission::rpc::report(&self.0, &caller, request.into_inner()).await
    }

    async fn search_course_offers(
        &self,
        request: Request<v1::SearchCourseOffersRequest>,
    ) -> Result<Response<v1::SearchCourseOffersResponse>, Status> {
        let caller = caller_of(&request)?;
        catalogue::rpc::search(&self.0, &caller, request.into_inner()).await
    }

    async fn match_needs(
        &self,
        request: Request<v1::MatchNeedsRequest>,
    ) -> Result<Response<Self::MatchNeedsStream>, Status> {
        let caller = caller_of(&request)?;
        catalogue::rpc::match_needs(&self.0, &caller, request.into_inner()).await
    }

    async fn list_unmet_needs(
        &self,
        request: Request<v1::ListUnmetNeedsRequest>,
    ) -> Result<Response<v1::ListUnmetNeedsResponse>, Status> {
        let caller = caller_of(&request)?;
        catalogue::rpc::list_unmet_needs(&self.0, &caller, request.into_inner()).await
    }

    async fn hold_places(
        &self,
        request: Request<v1::HoldPlacesRequest>,
    ) -> Result<Response<v1::HoldPlacesResponse>, Status> {
        let caller = caller_of(&request)?;
        places::rpc::hold(&self.0, &caller, request.into_inner()).await
    }

    async fn confirm_places(
        &self,
        request: Request<v1::ConfirmPlacesRequest>,
    ) -> Result<Response<v1::ConfirmPlacesResponse>, Status> {
        let caller = caller_of(&request)?;
        places::rpc::confirm(&self.0, &caller, request.into_inner()).await
    }

    async fn release_places(
        &self,
        request: Request<v1::ReleasePlacesRequest>,
    ) -> Result<Response<v1::ReleasePlacesResponse>, Status> {
        let caller = caller_of(&request)?;
        places::rpc::release(&self.0, &caller, request.into_inner()).await
    }

    async fn list_places(
        &self,
        request: Request<v1::ListPlacesRequest>,
    ) -> Result<Response<v1::ListPlacesResponse>, Status> {
        let caller = caller_of(&request)?;
        places::rpc::list(&self.0, &caller, request.into_inner()).await
    }
}
