//! The rules of analyses, in words.

use crate::kinds::rule::rules;

rules! {
    TITLE_MISSING Error "analysis.title_missing"
        "Analysen saknar titel." "Ge analysen en titel."
        "The analysis has no title." "Give the analysis a title.";
    PRESENT_STATE_MISSING Error "analysis.present_state_missing"
        "Nuläget är inte beskrivet." "Beskriv hur det ser ut i verksamheten i dag (steg 1)."
        "The present state is not described." "Describe how things stand today (step 1).";
    EVIDENCE_UNDESCRIBED Error "analysis.evidence_undescribed"
        "Underlaget säger inte vad det visar." "Skriv vad underlaget visar om nuläget."
        "The evidence does not say what it shows." "Write what the evidence shows of the present state.";
    EVIDENCE_WITHOUT_SOURCE Error "analysis.evidence_without_source"
        "Underlaget saknar källa." "Ange en siffra ur statistiken, ett dokument eller ett citat."
        "The evidence has no source." "State a figure of a statistic, a document or a quote.";
    SOURCE_INCOMPLETE Error "analysis.source_incomplete"
        "Underlagets källa är inte fullständig." "Fyll i det fält som saknas: indikator, tid och värde för en siffra, titel för ett dokument, text och grupp för ett citat."
        "The source of the evidence is incomplete." "Fill in the field that is missing: indicator, time and figure of an observation, title of a document, text and group of a quote.";
    EVIDENCE_UNUSED Note "analysis.evidence_unused"
        "Inget problem vilar på underlaget." "Hänvisa till underlaget från ett problem, eller ta bort det."
        "No problem rests on the evidence." "Refer to the evidence from a problem, or take it away.";
    PROBLEMS_MISSING Error "analysis.problems_missing"
        "Analysen pekar inte ut något problem." "Formulera minst ett problem utifrån nuläget (steg 2)."
        "The analysis states no problem." "State at least one problem from the present state (step 2).";
    PROBLEM_UNSTATED Error "analysis.problem_unstated"
        "Problemet är inte formulerat." "Skriv vad problemet är."
        "The problem is not stated." "Write what the problem is.";
    PROBLEM_WITHOUT_EVIDENCE Error "analysis.problem_without_evidence"
        "Problemet vilar inte på något underlag." "Hänvisa till minst ett underlag som visar problemet."
        "The problem rests on no evidence." "Refer to at least one piece of evidence that shows the problem.";
    PROBLEM_NOT_INFLUENCEABLE Justify "analysis.problem_not_influenceable"
        "Verksamheten kan inte själv påverka problemet." "Formulera om problemet till något som verksamheten kan påverka, eller motivera varför det ska stå kvar."
        "The unit itself can not influence the problem." "State it as something that the unit can influence, or give the reason why it stays.";
    PROBLEM_WITHOUT_CAUSE Justify "analysis.problem_without_cause"
        "Inga orsaker till problemet är antagna." "Lägg till minst ett antagande om orsak, eller motivera varför det saknas."
        "No causes of the problem are assumed." "Add at least one assumed cause, or give the reason why there is none.";
    CAUSE_UNSTATED Error "analysis.cause_unstated"
        "Antagandet om orsaken är inte formulerat." "Skriv vad som antas vara orsaken."
        "The assumption of the cause is not stated." "Write what is assumed to be the cause.";
    CAUSE_WITHOUT_PROBLEM Error "analysis.cause_without_problem"
        "Orsaken hör inte till något problem." "Hänvisa till minst ett problem som orsaken antas ligga bakom."
        "The cause belongs to no problem." "Refer to at least one problem that it is assumed to cause.";
    CAUSE_WITHOUT_CATEGORY Error "analysis.cause_without_category"
        "Orsaken saknar kategori." "Ange om orsaken ligger i organisationen, undervisningen, uppföljningen eller något annat."
        "The cause has no category." "State whether the cause lies in the organization, the teaching, the follow-up or elsewhere.";
    CAUSE_WITHOUT_LEVEL Note "analysis.cause_without_level"
        "Orsaken säger inte på vilken nivå i styrkedjan den ligger." "Ange nivån, från nämnd till klassrum."
        "The cause does not say at which level of the chain of steering it lies." "State the level, from governing board to classroom.";
    AREAS_MISSING Error "analysis.areas_missing"
        "Analysen har inget utvecklingsområde." "Lägg till minst ett utvecklingsområde (steg 4)."
        "The analysis has no development area." "Add at least one development area (step 4).";
    AREA_WITHOUT_TITLE Error "analysis.area_without_title"
        "Utvecklingsområdet saknar titel." "Ge utvecklingsområdet en titel."
        "The development area has no title." "Give the development area a title.";
    AREA_UNDESCRIBED Note "analysis.area_undescribed"
        "Utvecklingsområdet är inte beskrivet." "Beskriv vad som ska bli bättre."
        "The development area is not described." "Describe what is to become better.";
    AREA_WITHOUT_CAUSE Error "analysis.area_without_cause"
        "Utvecklingsområdet svarar inte mot någon orsak." "Hänvisa till minst en orsak som utvecklingsområdet svarar mot."
        "The development area answers no cause." "Refer to at least one cause that the development area answers.";
    AREA_WITHOUT_PRIORITY Error "analysis.area_without_priority"
        "Utvecklingsområdet saknar prioritet." "Ange områdets plats i prioritetsordningen, med 1 först."
        "The development area has no priority." "State its place in the order of priority, 1 first.";
    AREA_PRIORITY_TAKEN Error "analysis.area_priority_taken"
        "Två utvecklingsområden har samma prioritet." "Ge varje område en egen plats i prioritetsordningen."
        "Two development areas have the same priority." "Give every area a place of its own in the order of priority.";
    AREA_PRIORITY_GAP Error "analysis.area_priority_gap"
        "Prioriteten hoppar över en plats." "Numrera utvecklingsområdena 1, 2, 3 och så vidare."
        "The priority leaves a place out." "Number the development areas 1, 2, 3 and so on.";
    AREA_WITHOUT_THEME Note "analysis.area_without_theme"
        "Utvecklingsområdet saknar tema." "Ange minst ett tema, så att utbildningar som passar kan hittas."
        "The development area has no theme." "State at least one theme, so that courses that fit can be found.";
    NO_STAFF Justify "analysis.no_staff_took_part"
        "Ingen personal har deltagit i analysen." "Ange hur många som deltog i varje personalkategori, eller motivera varför ingen gjorde det."
        "No staff took part in the analysis." "State how many of each category of staff took part, or give the reason why none did.";
    NO_PUPILS Justify "analysis.no_pupils_took_part"
        "Inga barn eller elever har deltagit i analysen." "Ange hur många barn eller elever som deltog, eller motivera varför inga gjorde det."
        "No children or pupils took part in the analysis." "State how many children or pupils took part, or give the reason why none did.";
    STAFF_CATEGORY_REPEATED Error "analysis.staff_category_repeated"
        "Personalkategorin står två gånger." "Slå ihop antalen till en rad per kategori."
        "The category of staff stands twice." "Add the numbers up in one row per category.";
    PUPILS_SAY_MISSING Note "analysis.pupils_say_missing"
        "Barn eller elever har deltagit, men det framgår inte vad de förde fram." "Skriv vad de sade och vad det ledde till."
        "Children or pupils took part, but what they said is not told." "Write what they brought forward and what it led to.";
}
