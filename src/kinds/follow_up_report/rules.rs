//! The rules of follow-up reports, in words.

use crate::kinds::rule::rules;

rules! {
    TITLE_MISSING Error "follow_up_report.title_missing"
        "Uppföljningen saknar titel." "Ge uppföljningen en titel."
        "The report has no title." "Give the report a title.";
    CONCLUDES_NO_ROUND Error "follow_up_report.concludes_no_round"
        "Rapporten är en slutrapport, men hör inte till någon omgång." "Ange omgången, eller att det inte är en slutrapport."
        "The report is a final report, but belongs to no round." "State the round, or that it is no final report.";
    MEASURES_MISSING Error "follow_up_report.measures_missing"
        "Ingen åtgärd är redovisad." "Redovisa varje åtgärd i planen."
        "No measure is reported." "Report every measure of the plan.";
    MEASURE_REPEATED Error "follow_up_report.measure_repeated"
        "Åtgärden är redovisad två gånger." "Redovisa varje åtgärd en gång."
        "The measure is reported twice." "Report every measure once.";
    MEASURE_WITHOUT_STATE Error "follow_up_report.measure_without_state"
        "Det framgår inte hur långt åtgärden har kommit." "Ange om åtgärden är ej påbörjad, pågår, är genomförd eller avbruten."
        "How far the measure has come is not stated." "State whether it is not begun, going on, carried out or broken off.";
    MEASURE_UNTOLD Error "follow_up_report.measure_untold"
        "Det framgår inte vad som har gjorts." "Beskriv vad som har gjorts, eller varför inget har gjorts."
        "What was done is not told." "Tell what was done, or why nothing was.";
    MEASURE_UNFINISHED Justify "follow_up_report.measure_unfinished"
        "Slutrapporten redovisar en åtgärd som inte är avslutad." "Ange om åtgärden är genomförd eller avbruten, eller motivera varför den fortsätter."
        "The final report has a measure that is not finished." "State whether it is carried out or broken off, or give the reason why it goes on.";
    NOBODY_TOOK_PART Justify "follow_up_report.nobody_took_part"
        "Åtgärden är påbörjad, men ingen har deltagit." "Ange hur många som har deltagit, eller motivera varför ingen har gjort det."
        "The measure is begun, but nobody took part." "State how many took part, or give the reason why nobody did.";
    STAFF_CATEGORY_REPEATED Error "follow_up_report.staff_category_repeated"
        "Personalkategorin står två gånger." "Slå ihop antalen till en rad per kategori."
        "The category of staff stands twice." "Add the numbers up in one row per category.";
    MEASURE_WITHOUT_EFFECT Justify "follow_up_report.measure_without_effect"
        "Åtgärden är genomförd, men ingen effekt är bedömd." "Bedöm effekten, också om den är ingen, eller motivera varför det inte går."
        "The measure is carried out, but no effect is judged." "Judge the effect, also where it is none, or give the reason why it can not be judged.";
    GOALS_MISSING Error "follow_up_report.goals_missing"
        "Inget mål är redovisat." "Redovisa varje mål i planen."
        "No goal is reported." "Report every goal of the plan.";
    GOAL_REPEATED Error "follow_up_report.goal_repeated"
        "Målet är redovisat två gånger." "Redovisa varje mål en gång."
        "The goal is reported twice." "Report every goal once.";
    OUTCOME_INCOMPLETE Error "follow_up_report.outcome_incomplete"
        "Utfallet är inte fullständigt." "Fyll i det fält som saknas: indikator, tid och värde. Ett värde som är dolt eller saknas anges som det."
        "The outcome is incomplete." "Fill in the field that is missing: indicator, time and figure. A figure that is suppressed or missing is stated as that.";
    GOAL_WITHOUT_ATTAINMENT Error "follow_up_report.goal_without_attainment"
        "Det framgår inte hur långt målet har nåtts." "Ange om målet är uppnått, delvis uppnått, ej uppnått eller för tidigt att bedöma."
        "How far the goal is reached is not stated." "State whether it is reached, partly reached, not reached or too early to say.";
    GOAL_UNITS_DIFFER Error "follow_up_report.goal_units_differ"
        "Utfall, utgångsvärde och målvärde har olika enheter." "Ange alla i samma enhet."
        "Outcome, baseline and target have different units." "State all in the same unit.";
    GOAL_CONTRADICTED Justify "follow_up_report.goal_contradicted"
        "Bedömningen av målet stämmer inte med siffrorna." "Rätta bedömningen eller siffrorna, eller motivera bedömningen."
        "How far the goal is said to be reached does not agree with the figures." "Mend the judgement or the figures, or give the reason for the judgement.";
    GOAL_UNEXPLAINED Error "follow_up_report.goal_unexplained"
        "Målet är inte helt uppnått, och det framgår inte varför." "Kommentera utfallet."
        "The goal is not fully reached, and why is not told." "Comment on the outcome.";
    EFFECTS_MISSING Error "follow_up_report.effects_missing"
        "Ingen effekt är bedömd." "Bedöm effekten av åtgärderna, också om det är för tidigt eller om ingen effekt syns."
        "No effect is judged." "Judge the effect of the measures, also where it is too early or none is seen.";
    EFFECT_OF_NOTHING Error "follow_up_report.effect_of_nothing"
        "Effekten hör inte till någon åtgärd." "Hänvisa till minst en åtgärd."
        "The effect belongs to no measure." "Link to at least one measure.";
    EFFECT_UNREPORTED Error "follow_up_report.effect_of_unreported"
        "Effekten gäller en åtgärd eller ett mål som rapporten inte redovisar." "Redovisa åtgärden eller målet, eller ta bort hänvisningen."
        "The effect is of a measure or goal that the report does not tell of." "Report the measure or goal, or take the link away.";
    EFFECT_OF_UNSTARTED Justify "follow_up_report.effect_of_unstarted"
        "Effekten gäller en åtgärd som inte är påbörjad." "Rätta åtgärdens läge eller effekten, eller motivera."
        "The effect is of a measure that is not begun." "Mend the state of the measure or the effect, or give the reason.";
    EFFECT_UNJUDGED Error "follow_up_report.effect_unjudged"
        "Effekten är inte bedömd." "Ange hur stor effekten bedöms vara."
        "The effect is not judged." "State how large it is judged to be.";
    EFFECT_WITHOUT_REASONS Error "follow_up_report.effect_without_reasons"
        "Bedömningen av effekten saknar skäl." "Skriv vad bedömningen bygger på."
        "The judgement of the effect has no reasons." "Write what the judgement rests on.";
    NO_EFFECT_UNEXPLAINED Error "follow_up_report.no_effect_unexplained"
        "Det framgår inte varför åtgärden inte har gett effekt." "Skriv vad den uteblivna effekten antas bero på."
        "Why there was no effect is not told." "Write why the effect is assumed to be missing.";
    NEXT_STEPS_MISSING Error "follow_up_report.next_steps_missing"
        "Det framgår inte vad som kommer härnäst." "Skriv hur arbetet går vidare."
        "What comes next is not told." "Write how the work goes on.";
    MEASURE_UNREPORTED Justify "follow_up_report.measure_unreported"
        "En åtgärd i planen är inte redovisad." "Redovisa åtgärden, eller motivera varför den inte redovisas."
        "A measure of the plan is not reported." "Report the measure, or give the reason why it is not.";
    GOAL_UNREPORTED Justify "follow_up_report.goal_unreported"
        "Ett mål i planen är inte redovisat." "Redovisa målet, eller motivera varför det inte redovisas."
        "A goal of the plan is not reported." "Report the goal, or give the reason why it is not.";
}
