//! The rules of action plans, in words.

use crate::kinds::rule::rules;

rules! {
    TITLE_MISSING Error "action_plan.title_missing"
        "Planen saknar titel." "Ge planen en titel."
        "The plan has no title." "Give the plan a title.";
    WHY_MISSING Error "action_plan.why_missing"
        "Planen säger inte varför den behövs." "Sammanfatta nuläget och behoven."
        "The plan does not say why it is needed." "Sum up the present state and the needs.";
    GOALS_MISSING Error "action_plan.goals_missing"
        "Planen har inget mål." "Lägg till minst ett mål."
        "The plan has no goal." "Add at least one goal.";
    GOAL_UNSTATED Error "action_plan.goal_unstated"
        "Målet är inte formulerat." "Skriv vad som ska uppnås."
        "The goal is not stated." "Write what is to be reached.";
    GOAL_WITHOUT_TERM Error "action_plan.goal_without_term"
        "Målet säger inte om det gäller på kort eller lång sikt." "Ange kort sikt (inom ett läsår) eller lång sikt."
        "The goal does not say whether it is short or long term." "State short term (within a school year) or long term.";
    GOAL_WITHOUT_AREA Error "action_plan.goal_without_area"
        "Målet svarar inte mot något utvecklingsområde i en nulägesanalys." "Hänvisa till minst ett utvecklingsområde."
        "The goal answers no development area of an analysis." "Link to at least one development area.";
    GOAL_AREA_UNPINNED Error "action_plan.goal_area_unpinned"
        "Hänvisningen säger inte vilken revision av nulägesanalysen den gäller." "Ange revisionen, från 1."
        "The link does not say which revision of the analysis it means." "State the revision, from 1.";
    GOAL_NOT_MEASURABLE Error "action_plan.goal_not_measurable"
        "Målet går inte att mäta." "Fyll i det fält som saknas: indikator, målvärde i siffror och tid då målet ska vara nått."
        "The goal can not be measured." "Fill in the field that is missing: indicator, target as a number, and the time when it is to be reached.";
    GOAL_WITHOUT_BASELINE Justify "action_plan.goal_without_baseline"
        "Målet saknar utgångsvärde." "Ange utgångsvärdet och dess tid, eller motivera varför det saknas."
        "The goal has no baseline." "State the baseline and its time, or give the reason why there is none.";
    GOAL_UNITS_DIFFER Error "action_plan.goal_units_differ"
        "Utgångsvärde och målvärde har olika enheter." "Ange båda i samma enhet."
        "Baseline and target have different units." "State both in the same unit.";
    GOAL_TARGET_NO_CHANGE Justify "action_plan.goal_target_no_change"
        "Målvärdet är detsamma som utgångsvärdet." "Ändra målvärdet, eller motivera varför läget ska bevaras."
        "The target is the same as the baseline." "Change the target, or give the reason why things should stay as they are.";
    GOAL_TIMES_REVERSED Error "action_plan.goal_times_reversed"
        "Målet ska nås före eller samtidigt som utgångsvärdet mättes." "Rätta någon av tiderna."
        "The goal is to be reached no later than its baseline was measured." "Mend one of the times.";
    GOAL_WITHOUT_MEASURE Justify "action_plan.goal_without_measure"
        "Ingen åtgärd leder till målet." "Hänvisa till målet från minst en åtgärd, eller motivera varför det inte behövs."
        "No measure serves the goal." "Refer to the goal from at least one measure, or give the reason why none is needed.";
    GOAL_WITHOUT_FOLLOW_UP Error "action_plan.goal_without_follow_up"
        "Målet följs inte upp." "Lägg till en uppföljning som gäller målet."
        "The goal is not followed up." "Add a follow-up of the goal.";
    MEASURES_MISSING Error "action_plan.measures_missing"
        "Planen har ingen åtgärd." "Lägg till minst en åtgärd."
        "The plan has no measure." "Add at least one measure.";
    MEASURE_WITHOUT_TITLE Error "action_plan.measure_without_title"
        "Åtgärden saknar titel." "Ge åtgärden en titel."
        "The measure has no title." "Give the measure a title.";
    MEASURE_UNDESCRIBED Error "action_plan.measure_undescribed"
        "Åtgärden är inte beskriven." "Beskriv åtgärden eller räkna upp dess aktiviteter."
        "The measure is not described." "Describe the measure, or list its activities.";
    MEASURE_UNFOUNDED Error "action_plan.measure_unfounded"
        "Åtgärden svarar inte mot någon orsak och inte mot något utvecklingsområde." "Hänvisa till minst en orsak eller ett utvecklingsområde i en nulägesanalys."
        "The measure answers no cause and no development area." "Link to at least one cause or development area of an analysis.";
    MEASURE_WITHOUT_GOAL Justify "action_plan.measure_without_goal"
        "Åtgärden leder inte till något mål." "Hänvisa till minst ett mål, eller motivera varför åtgärden ändå ska göras."
        "The measure serves no goal." "Refer to at least one goal, or give the reason why it should be done all the same.";
    MEASURE_WITHOUT_SCHEDULE Error "action_plan.measure_without_schedule"
        "Åtgärden saknar tidsplan." "Ange åtgärdens första och sista dag."
        "The measure has no schedule." "State the first and the last day of the measure.";
    MEASURE_OUTSIDE_PERIOD Note "action_plan.measure_outside_period"
        "Åtgärden går utanför den tid som planen gäller." "Kontrollera åtgärdens tidsplan mot planens tid."
        "The measure goes beyond the time of the plan." "Check the schedule against the period of the plan.";
    MEASURE_WITHOUT_COST Note "action_plan.measure_without_cost"
        "Åtgärden saknar kostnad." "Ange kostnaden i hela kronor, 0 om den inte kostar något."
        "The measure has no cost." "State the cost in whole kronor, 0 if it costs nothing.";
    MEASURE_WITHOUT_RESPONSIBLE Error "action_plan.measure_without_responsible"
        "Ingen funktion ansvarar för åtgärden." "Ange den funktion som ansvarar, till exempel rektor. Skriv inget namn."
        "No function answers for the measure." "State the function that does, for example rektor. Write no name.";
    MEASURE_WITHOUT_PROVIDER Error "action_plan.measure_without_provider"
        "Åtgärden säger inte vem som genomför den." "Ange egen regi, lärosäte, myndighet eller annan."
        "The measure does not say who carries it out." "State own, university, national agency or other.";
    UNIVERSITY_MISSING Error "action_plan.university_missing"
        "Ett lärosäte ska genomföra åtgärden, men inget är angivet." "Ange lärosätet."
        "A university is to carry the measure out, but none is stated." "State the university.";
    UNIVERSITY_UNEXPECTED Error "action_plan.university_unexpected"
        "Ett lärosäte är angivet, men någon annan ska genomföra åtgärden." "Ta bort lärosätet, eller ange att ett lärosäte genomför åtgärden."
        "A university is stated, but another is to carry the measure out." "Take the university away, or state that a university carries the measure out.";
    MEASURE_WITHOUT_TARGET_GROUP Note "action_plan.measure_without_target_group"
        "Åtgärden säger inte vilken personal den är till för." "Ange minst en personalkategori."
        "The measure does not say which staff it is for." "State at least one category of staff.";
    MEASURE_WITHOUT_PLACES Note "action_plan.measure_without_places"
        "Ett lärosäte ska genomföra åtgärden, men antalet platser är inte angivet." "Ange hur många platser som önskas."
        "A university is to carry the measure out, but the number of places is not stated." "State how many places are wanted.";
    MEASURE_WITHOUT_FOLLOW_UP Note "action_plan.measure_without_follow_up"
        "Ingen uppföljning gäller åtgärden." "Hänvisa till åtgärden från en uppföljning."
        "No follow-up is about the measure." "Refer to the measure from a follow-up.";
    FOLLOW_UP_WITHOUT_METHOD Error "action_plan.follow_up_without_method"
        "Uppföljningen saknar metod." "Beskriv hur uppföljningen görs."
        "The follow-up has no method." "Describe how it is done.";
    FOLLOW_UP_WITHOUT_DATE Error "action_plan.follow_up_without_date"
        "Uppföljningen saknar datum." "Ange minst ett datum."
        "The follow-up has no date." "State at least one date.";
    FOLLOW_UP_DATES_UNORDERED Error "action_plan.follow_up_dates_unordered"
        "Uppföljningens datum står inte i ordning." "Skriv datumen i tidsordning."
        "The dates of the follow-up are not in order." "Write the dates in order of time.";
    FOLLOW_UP_OF_NOTHING Error "action_plan.follow_up_of_nothing"
        "Uppföljningen gäller inget mål och ingen åtgärd." "Hänvisa till minst ett mål eller en åtgärd."
        "The follow-up is about no goal and no measure." "Refer to at least one goal or measure.";
}
