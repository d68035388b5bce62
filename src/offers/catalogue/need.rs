//! What schools want: measures of accepted plans that want places in courses, and development areas of accepted analyses
//! that no plan answers. All that was accepted, at one position; who sees what of it is for the caller's scope to say.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    audience::{Audiences, of_staff},
    score::Wanted,
    unmet::Population,
};
use crate::{
    access::Target,
    kinds::{Content, dates, themes},
    organizations::codes::MunicipalityCode,
    proto::v1::{
        ActionPlan, Analysis, DocumentKind, DocumentLink, Measure, MeasureProvider,
        OrganizationType, Period,
    },
};

/// Deeper than any tree is. Bounds every walk.
const DEPTH: usize = 32;

/// An item of a document.
type ItemKey = (Uuid, String);

/// An accepted document, as far as needs rest on it.
#[derive(Clone, Debug)]
pub struct Paper {
    pub owner: Uuid,
    pub document: Uuid,
    pub revision: i32,
    pub kind: DocumentKind,
    pub round: Option<String>,
    pub level: i16,
    period: Option<Period>,
    says: Says,
}

#[derive(Clone, Debug)]
enum Says {
    /// Themes of development areas by their ids, in order of the document.
    Areas(Vec<(String, Vec<String>)>),
    Measures {
        wanting: Vec<Wanting>,
        /// All development areas that it answers.
        answered: Vec<ItemKey>,
    },
}

/// A measure that wants places.
#[derive(Clone, Debug, Default)]
struct Wanting {
    id: String,
    areas: Vec<ItemKey>,
    audience: Audiences,
    places: u32,
    schedule: Option<Period>,
    offer: Option<Uuid>,
}

/// A need, and what of it decides on how well an offer meets it.
#[derive(Clone, Debug)]
pub struct Need {
    pub document: Uuid,
    pub revision: i32,
    pub item: String,
    pub organization: Uuid,
    /// In order.
    pub themes: Vec<String>,
    pub schedule: Option<Period>,
    pub offer: Option<Uuid>,
    pub wanted: Wanted,
}

#[derive(Clone, Copy, Debug)]
pub struct Organization {
    pub id: Uuid,
    pub kind: OrganizationType,
    pub parent: Option<Uuid>,
    /// 0: none.
    pub municipality: u16,
}

/// All accepted documents with needs, by owner and document.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    papers: Arc<BTreeMap<(Uuid, Uuid), Arc<Paper>>>,
    organizations: Arc<HashMap<Uuid, Organization>>,
}

impl Paper {
    /// None: no need rests on documents of the kind.
    pub fn of(
        (owner, document, revision): (Uuid, Uuid, i32),
        (round, level, period): (Option<String>, i16, Option<Period>),
        content: &Content,
    ) -> Option<Self> {
        let says = match content {
            Content::Analysis(analysis) => Says::of_analysis(analysis),
            Content::ActionPlan(plan) => Says::of_plan(plan),
            Content::FollowUpReport(_) | Content::CourseOffer(_) => return None,
        };
        Some(Self {
            owner,
            document,
            revision,
            kind: content.kind(),
            round,
            level,
            period,
            says,
        })
    }

    /// As access to it is decided on.
    pub fn target(&self) -> Target<'_> {
        Target::Document {
            kind: self.kind,
            owner: self.owner,
            round: self.round.as_deref(),
            level: self.level,
        }
    }
}

impl Says {
    fn of_analysis(analysis: &Analysis) -> Self {
        let areas = analysis.development_areas.iter();
        let areas = areas.map(|area| (area.id.clone(), area.themes.clone()));
        Self::Areas(areas.collect())
    }

    fn of_plan(plan: &ActionPlan) -> Self {
        let goals: HashMap<&str, &[DocumentLink]> = plan
            .goals
            .iter()
            .map(|goal| (goal.id.as_str(), goal.development_areas.as_slice()))
            .collect();
        let links = |measure: &Measure| -> Vec<ItemKey> {
            let own = &measure.development_areas;
            let by_goals = measure.goal_ids.iter();
            let by_goals = by_goals.filter_map(|id| goals.get(id.as_str()));
            // A goal may be of more areas than a measure that names its own.
            let by_goals = by_goals.copied().flatten().filter(|_| own.is_empty());
            let keys: BTreeSet<_> = own.iter().chain(by_goals).filter_map(key).collect();
            keys.into_iter().collect()
        };
        let wanting = plan.measures.iter().filter(|measure| wants(measure));
        let by_goals = plan.goals.iter().flat_map(|goal| &goal.development_areas);
        let by_measures = plan
            .measures
            .iter()
            .flat_map(|measure| &measure.development_areas);
        Self::Measures {
            wanting: wanting
                .map(|measure| Wanting::of(measure, links(measure)))
                .collect(),
            answered: by_goals.chain(by_measures).filter_map(key).collect(),
        }
    }
}

/// Whether a measure wants places in courses.
fn wants(measure: &Measure) -> bool {
    measure.places_wanted > 0 || measure.provider() == MeasureProvider::University
}

fn key(link: &DocumentLink) -> Option<ItemKey> {
    let document = Uuid::try_parse(&link.document_id).ok()?;
    Some((document, link.item_id.clone()))
}

impl Wanting {
    fn of(measure: &Measure, areas: Vec<ItemKey>) -> Self {
        let offer = measure.offer.as_ref();
        Self {
            id: measure.id.clone(),
            areas,
            audience: measure.target_group().map(of_staff).collect(),
            places: measure.places_wanted,
            schedule: measure.schedule.clone(),
            offer: offer.and_then(|offer| Uuid::try_parse(&offer.document_id).ok()),
        }
    }
}

impl Needs {
    /// Takes in what became of documents: accepted, or no longer.
    pub fn change(&mut self, changes: Vec<((Uuid, Uuid), Option<Paper>)>) {
        if changes.is_empty() {
            return;
        }
        let papers = Arc::make_mut(&mut self.papers);
        for (key, paper) in changes {
            match paper {
                Some(paper) => papers.insert(key, Arc::new(paper)),
                None => papers.remove(&key),
            };
        }
    }

    /// Takes in what became of organizations.
    pub fn move_organizations(&mut self, moved: Vec<Organization>) {
        if moved.is_empty() {
            return;
        }
        let organizations = Arc::make_mut(&mut self.organizations);
        organizations.extend(moved.into_iter().map(|moved| (moved.id, moved)));
    }

    /// The needs of the papers that are asked for, as far as the papers are seen. In order of organization, document and
    /// the items of the document.
    pub fn of(
        &self,
        is_seen: impl Fn(&Paper) -> bool,
        is_asked: impl Fn(&Paper) -> bool,
    ) -> Vec<Need> {
        let seen: Vec<&Arc<Paper>> = self
            .papers
            .values()
            .filter(|paper| is_seen(paper))
            .collect();
        let mut areas: HashMap<(Uuid, &str), &[String]> = HashMap::new();
        let mut answered: HashSet<&ItemKey> = HashSet::new();
        for paper in &seen {
            match &paper.says {
                Says::Areas(of_paper) => areas.extend(
                    of_paper
                        .iter()
                        .map(|(id, themes)| ((paper.document, id.as_str()), themes.as_slice())),
                ),
                Says::Measures { answered: own, .. } => answered.extend(own),
            }
        }
        let asked = seen.into_iter().filter(|paper| is_asked(paper));
        asked
            .flat_map(|paper| self.of_paper(paper, &areas, &answered))
            .collect()
    }

    fn of_paper(
        &self,
        paper: &Paper,
        areas: &HashMap<(Uuid, &str), &[String]>,
        answered: &HashSet<&ItemKey>,
    ) -> Vec<Need> {
        match &paper.says {
            Says::Areas(own) => {
                let open = own
                    .iter()
                    .filter(|(id, _)| !answered.contains(&(paper.document, id.clone())));
                let of_area = |(id, themes): &(String, Vec<String>)| {
                    self.need(paper, id, themes, &Wanting::default())
                };
                open.map(of_area).collect()
            }
            Says::Measures { wanting, .. } => {
                let of_measure = |measure: &Wanting| {
                    let linked = measure.areas.iter();
                    let themes = linked
                        .filter_map(|(document, item)| areas.get(&(*document, item.as_str())))
                        .copied()
                        .flatten();
                    let measure = Wanting {
                        schedule: measure.schedule.clone().or_else(|| paper.period.clone()),
                        ..measure.clone()
                    };
                    self.need(paper, &measure.id, themes, &measure)
                };
                wanting.iter().map(of_measure).collect()
            }
        }
    }

    fn need<'a>(
        &self,
        paper: &Paper,
        item: &str,
        themes: impl IntoIterator<Item = &'a String>,
        measure: &Wanting,
    ) -> Need {
        let themes: BTreeSet<_> = themes.into_iter().cloned().collect();
        let own = themes.iter().filter(|theme| themes::is_own(theme));
        let known = themes.iter().filter_map(|theme| themes::number(theme));
        let wanted = Wanted {
            themes: known.fold(0, |bits, number| bits | 1 << number),
            own_themes: own.cloned().collect(),
            audience: measure.audience,
            places: measure.places,
            schedule: measure.schedule.as_ref().and_then(days),
            municipality: self.municipality_of(paper.owner),
        };
        Need {
            document: paper.document,
            revision: paper.revision,
            item: item.to_owned(),
            organization: paper.owner,
            themes: themes.into_iter().collect(),
            schedule: measure.schedule.clone(),
            offer: measure.offer,
            wanted,
        }
    }

    /// The municipality of an organization, or of the nearest above it that has one. 0: none has.
    fn municipality_of(&self, id: Uuid) -> u16 {
        let mut codes = self.line_of(id).map(|place| place.municipality);
        codes.find(|code| *code != 0).unwrap_or_default()
    }

    /// The organizer (huvudman) of an organization. None: it has none.
    pub fn organizer_of(&self, id: Uuid) -> Option<Uuid> {
        let mut line = self.line_of(id);
        let organizer = line.find(|place| place.kind == OrganizationType::Organizer);
        organizer.map(|place| place.id)
    }

    /// The organizers of each county: all that have anything there, whether or not they want something.
    pub fn population(&self) -> Population {
        let mut organizers = Population::new();
        for id in self.organizations.keys().copied() {
            let county = u8::try_from(self.municipality_of(id) / 100).unwrap_or_default();
            if let Some(organizer) = self.organizer_of(id).filter(|_| county > 0) {
                organizers.entry(county).or_default().insert(organizer);
            }
        }
        organizers
    }

    /// All organizers of the register.
    pub fn organizers(&self) -> impl Iterator<Item = Uuid> {
        let all = self.organizations.values();
        all.filter(|place| place.kind == OrganizationType::Organizer)
            .map(|place| place.id)
    }

    /// The owners of documents that are seen.
    pub fn owners(&self, is_seen: impl Fn(&Paper) -> bool) -> BTreeSet<Uuid> {
        let seen = self.papers.values().filter(|paper| is_seen(paper));
        seen.map(|paper| paper.owner).collect()
    }

    /// An organization and what lies above it, the nearest first.
    fn line_of(&self, id: Uuid) -> impl Iterator<Item = &Organization> {
        let above = |place: &&Organization| self.organizations.get(&place.parent?);
        std::iter::successors(self.organizations.get(&id), above).take(DEPTH)
    }
}

fn days(period: &Period) -> Option<(i32, i32)> {
    let first = dates::day(&period.start_date)?;
    let last = dates::day(&period.end_date)?;
    Some((dates::number_of(first), dates::number_of(last)))
}

/// A municipality code as a number. 0: it is none.
pub fn municipality(code: &str) -> u16 {
    let code = code.parse::<MunicipalityCode>().ok();
    let number = code.and_then(|code| code.as_str().parse().ok());
    number.unwrap_or_default()
}

#[cfg(test)]
mod tests;
