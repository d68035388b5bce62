//! `styrkedja offers search`.

use clap::Args;

use crate::{
    cli::{
        choice,
        failure::Failure,
        organizations::{REFERENCE, id_of, reference},
        output,
        remote::Remote,
    },
    proto::v1::{
        Audience, FoundOffer, OfferOrder, OrganizationRef, SearchCourseOffersRequest,
        SearchCourseOffersResponse, StudyMode, document::Content,
    },
};

#[derive(Args, Debug)]
pub struct Search {
    /// Words to find in titles, descriptions and keywords. None: all offers.
    words: Vec<String>,
    /// Has any of these themes, for example `leadership`.
    #[arg(long = "theme")]
    themes: Vec<String>,
    /// Is for any of these, for example `principal`.
    #[arg(long, value_parser = choice("AUDIENCE_", Audience::from_str_name))]
    audience: Vec<Audience>,
    /// Is given in any of these ways: `on-site`, `distance`, `blended`.
    #[arg(long = "mode", value_parser = choice("STUDY_MODE_", StudyMode::from_str_name))]
    modes: Vec<StudyMode>,
    /// Is given in any of these municipalities (4 digits) or counties (2 digits), or at a distance alone.
    #[arg(long = "area", value_name = "CODE")]
    areas: Vec<String>,
    /// Is taught in any of these languages, for example `swe`.
    #[arg(long = "language", value_name = "CODE")]
    languages: Vec<String>,
    /// Begins on this day or later, `YYYY-MM-DD`.
    #[arg(
        long,
        value_name = "DAY",
        default_value = "",
        hide_default_value = true
    )]
    starts_from: String,
    /// Begins on this day or earlier, `YYYY-MM-DD`.
    #[arg(
        long,
        value_name = "DAY",
        default_value = "",
        hide_default_value = true
    )]
    starts_to: String,
    /// Takes applications on this day, `YYYY-MM-DD`.
    #[arg(
        long,
        value_name = "DAY",
        default_value = "",
        hide_default_value = true
    )]
    open_on: String,
    /// Gives at most so many higher education credits.
    #[arg(
        long,
        value_name = "CREDITS",
        default_value = "",
        hide_default_value = true
    )]
    max_credits: String,
    /// Takes at most so much of full time, in per cent.
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 0,
        hide_default_value = true
    )]
    max_pace: u32,
    /// Has at least so many places left.
    #[arg(
        long,
        value_name = "PLACES",
        default_value_t = 0,
        hide_default_value = true
    )]
    places_left: u32,
    /// Of any of these universities.
    #[arg(long = "university", value_parser = reference, long_help = REFERENCE)]
    universities: Vec<OrganizationRef>,
    /// Also such as are cancelled, inactive or a concept.
    #[arg(long)]
    inactive: bool,
    /// `relevance` or `start-date`. By default as fits what is sought.
    #[arg(long, value_parser = choice("OFFER_ORDER_", OfferOrder::from_str_name))]
    order: Option<OfferOrder>,
    /// How many at most.
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

impl Search {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let limit = self.limit;
        let mut request = self.request(remote).await?;
        let mut client = remote.connect().await?.offers;
        let mut all = SearchCourseOffersResponse::default();
        while all.offers.len() < limit {
            request.page_size = u32::try_from((limit - all.offers.len()).min(100))?;
            let page = remote
                .answer(client.search_course_offers(request.clone()))
                .await?;
            all.offers.extend(page.offers);
            (all.total, all.position) = (page.total, page.position);
            all.next_page_token.clone_from(&page.next_page_token);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        Ok(output::show(remote.output, &all, draw)?)
    }

    async fn request(self, remote: &Remote) -> Result<SearchCourseOffersRequest, Failure> {
        let mut university_ids = Vec::new();
        for university in self.universities {
            university_ids.push(id_of(remote, university).await?);
        }
        Ok(SearchCourseOffersRequest {
            query: self.words.join(" "),
            themes: self.themes,
            audience: self.audience.into_iter().map(i32::from).collect(),
            modes: self.modes.into_iter().map(i32::from).collect(),
            area_codes: self.areas,
            languages: self.languages,
            starts_from: self.starts_from,
            starts_to: self.starts_to,
            application_open_on: self.open_on,
            max_credits: self.max_credits,
            max_pace_percent: self.max_pace,
            min_places_left: self.places_left,
            university_ids,
            include_inactive: self.inactive,
            order: self.order.unwrap_or_default().into(),
            ..SearchCourseOffersRequest::default()
        })
    }
}

fn draw(found: &SearchCourseOffersResponse) -> String {
    let table = output::table(
        [
            "Title",
            "Credits",
            "Begins",
            "How",
            "Where",
            "Places left",
            "Id",
        ],
        found.offers.iter().map(row),
    );
    format!("{table}\n{} of {}", found.offers.len(), found.total)
}

fn row(found: &FoundOffer) -> [String; 7] {
    let document = found.document.clone().unwrap_or_default();
    let offer = match document.content {
        Some(Content::CourseOffer(offer)) => offer,
        Some(Content::Analysis(_) | Content::ActionPlan(_) | Content::FollowUpReport(_)) | None => {
            Box::default()
        }
    };
    let (course, offering) = (
        offer.course.unwrap_or_default(),
        offer.offering.unwrap_or_default(),
    );
    let title = course.title.iter().find(|title| title.language == "swe");
    let title = title.or_else(|| course.title.first());
    let towns: Vec<_> = offering
        .places
        .iter()
        .map(|place| place.town.clone())
        .collect();
    [
        title.map(|title| title.value.clone()).unwrap_or_default(),
        course
            .credits
            .as_ref()
            .map(|credits| credits.amount.clone())
            .unwrap_or_default(),
        offering
            .execution
            .as_ref()
            .map(|execution| execution.start_date.clone())
            .unwrap_or_default(),
        output::word(offering.mode().as_str_name(), "STUDY_MODE_"),
        towns.join(", "),
        found
            .places_left
            .map(|left| left.to_string())
            .unwrap_or_default(),
        document.id,
    ]
}
