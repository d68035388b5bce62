//! Offers are found and held against what schools want.

mod alike;
mod needs;
mod search;
mod unmet;

use styrkedja::proto::v1::{
    Audience, CourseOffer, Document, LocalizedText, MatchNeedsRequest, MatchNeedsResponse,
    SearchCourseOffersRequest, SearchCourseOffersResponse, document::Content,
};
use tokio_stream::StreamExt;

use super::sample;
use crate::{
    documents::acts::Answered,
    world::{Caller, World},
};

/// An offer with a title in Swedish, of themes, for an audience.
pub fn offer(title: &str, themes: &[&str], audience: Audience) -> CourseOffer {
    let mut offer = sample();
    let course = offer.course.as_mut().expect("it has a course");
    course.title = vec![swedish(title)];
    course.description = vec![swedish("En kurs för verksamma i skolan.")];
    course.audience = vec![audience.into()];
    offer.themes = themes.iter().map(|&theme| theme.to_owned()).collect();
    let offering = offer.offering.as_mut().expect("it has an offering");
    offering.keywords.clear();
    offer
}

pub fn swedish(text: &str) -> LocalizedText {
    LocalizedText {
        language: "swe".to_owned(),
        value: text.to_owned(),
    }
}

/// Publishes an offer of the university.
pub async fn publish(world: &World, university: &str, offer: CourseOffer) -> Document {
    let coordinator = world.coordinator_of(university).await;
    let draft = coordinator.draft(&document(world, university, offer)).await;
    coordinator.submits(&draft).await.expect("it is published")
}

pub fn document(world: &World, university: &str, offer: CourseOffer) -> Document {
    Document {
        owner_id: world.id_of(university),
        content: Some(Content::CourseOffer(Box::new(offer))),
        ..Document::default()
    }
}

impl Caller {
    pub async fn searches(
        &self,
        request: SearchCourseOffersRequest,
    ) -> Answered<SearchCourseOffersResponse> {
        let answer = self.offers().search_course_offers(request).await?;
        Ok(answer.into_inner())
    }

    /// The titles of what the caller finds, page by page.
    pub async fn finds(&self, mut request: SearchCourseOffersRequest) -> Vec<String> {
        let mut titles = Vec::new();
        loop {
            let page = self
                .searches(request.clone())
                .await
                .expect("it is searched");
            titles.extend(
                page.offers
                    .iter()
                    .map(|found| title_of(found.document.as_ref().expect("a document")).to_owned()),
            );
            if page.next_page_token.is_empty() {
                assert_eq!(page.total, titles.len() as u64);
                return titles;
            }
            request.page_token = page.next_page_token;
        }
    }

    /// What the caller finds by words.
    pub async fn finds_by(&self, query: &str) -> Vec<String> {
        self.finds(SearchCourseOffersRequest {
            query: query.to_owned(),
            ..SearchCourseOffersRequest::default()
        })
        .await
    }

    pub async fn matches(&self, request: MatchNeedsRequest) -> Answered<Vec<MatchNeedsResponse>> {
        let mut answers = self.offers().match_needs(request).await?.into_inner();
        let mut all = Vec::new();
        while let Some(answer) = answers.next().await {
            all.push(answer?);
        }
        Ok(all)
    }
}

pub fn title_of(document: &Document) -> &str {
    match &document.content {
        Some(Content::CourseOffer(offer)) => {
            &offer.course.as_ref().expect("a course").title[0].value
        }
        _ => panic!("it is no course offer"),
    }
}
