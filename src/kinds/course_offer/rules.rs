//! The rules of course offers, in words.

use crate::kinds::rule::rules;

rules! {
    TITLE_MISSING Error "course_offer.title_missing"
        "Kursen saknar titel." "Ge kursen en titel."
        "The course has no title." "Give the course a title.";
    TITLE_NOT_IN_SWEDISH Note "course_offer.title_not_in_swedish"
        "Kursen har ingen titel på svenska." "Lägg till en titel med språket swe, så att den visas och hittas."
        "The course has no title in Swedish." "Add a title of the language swe, so that it is shown and found.";
    TITLE_LONG Error "course_offer.title_long"
        "Titeln är längre än 300 tecken." "Korta titeln, och lägg resten i beskrivningen."
        "The title is longer than 300 characters." "Shorten the title, and put the rest into the description.";
    LANGUAGE_REPEATED Error "course_offer.language_repeated"
        "Två texter i fältet har samma språk." "Behåll en text per språk."
        "Two texts of the field have the same language." "Keep one text of each language.";
    TEXT_MARKED_UP Error "course_offer.text_marked_up"
        "Texten innehåller HTML eller annan märkning." "Skriv texten utan märkning; skriv tecknet < som ord eller med mellanslag efter."
        "The text holds HTML or other markup." "Write the text without markup; write the sign < in words, or with a space after it.";
    AUDIENCE_MISSING Note "course_offer.audience_missing"
        "Det framgår inte vilken personal kursen är till för." "Ange rektorer, lärare, förskollärare, yrkeslärare eller annan personal, så att kursen kan matchas."
        "The staff that the course is for is not stated." "State principals, teachers, preschool teachers, vocational teachers or other staff, so that the course can be matched.";
    THEMES_MISSING Note "course_offer.themes_missing"
        "Kursen saknar tema." "Ange minst ett tema, så att kursen kan matchas mot behov."
        "The course has no theme." "State at least one theme, so that the course can be matched with needs.";
    CREDITS_ZERO Error "course_offer.credits_zero"
        "Kursen anger noll poäng." "Ange poängen, eller utelämna dem om kursen inte ger några."
        "The course states no credits at all." "State the credits, or leave them out if the course gives none.";
    STATE_MISSING Error "course_offer.state_missing"
        "Det framgår inte om tillfället ges." "Ange om det är under övervägande, aktivt, inställt eller avslutat."
        "Whether the offering is given is not stated." "State whether it is a concept, active, cancelled or inactive.";
    CONDITION_MISSING Error "course_offer.condition_missing"
        "Det framgår inte hur tiden för tillfället är bestämd." "Ange om tillfället har start och slut, eller vem som bestämmer när det ges."
        "How far the time of the offering is decided is not stated." "State whether it has a first and a last day, or who chooses when it is given.";
    DATES_MISSING Error "course_offer.dates_missing"
        "Tillfället har start och slut, men dagen saknas." "Ange första och sista dag, eller att tiden bestäms senare."
        "The offering has a first and a last day, and the day is missing." "State the first and the last day, or that the time is chosen later.";
    MODE_MISSING Error "course_offer.mode_missing"
        "Det framgår inte hur man deltar." "Ange om kursen ges på plats, på distans, eller på distans med träffar."
        "How participants take part is not stated." "State whether the course is given on site, at a distance, or at a distance with meetings.";
    PLACES_MISSING Error "course_offer.places_missing"
        "Kursen ges på en ort, men orten saknas." "Ange kommunkod och ort, eller att kursen ges helt på distans."
        "The course is given somewhere, and the place is missing." "State the municipality and the town, or that the course is given at a distance alone.";
    MUNICIPALITY_UNKNOWN Error "course_offer.municipality_unknown"
        "Kommunkoden finns inte: de två första siffrorna är inget län." "Ange en kommunkod med fyra siffror, till exempel 0380 för Uppsala."
        "There is no such municipality code: the first two digits are no county." "State a municipality code of four digits, for example 0380 for Uppsala.";
    WINDOW_WITHOUT_DATES Error "course_offer.window_without_dates"
        "Anmälningstiden har varken första eller sista dag, och är inte löpande." "Ange dagarna, eller att anmälan är löpande."
        "The application window has neither a first nor a last day, and is not continuous." "State the days, or that applications are taken at any time.";
    WINDOWS_OVERLAP Error "course_offer.windows_overlap"
        "Två anmälningstider gäller samma målgrupp samma dag." "Ändra dagarna, eller ange olika målgrupper."
        "Two application windows are open to the same target group on the same day." "Change the days, or state different target groups.";
    WINDOW_AFTER_THE_END Error "course_offer.window_after_the_end"
        "Anmälningstiden börjar efter kursens sista dag." "Rätta anmälningstiden eller kursens dagar."
        "The application window begins after the last day of the course." "Mend the window or the days of the course.";
    CAPACITY_MISSING Note "course_offer.capacity_missing"
        "Antalet platser är inte angivet." "Ange antalet, så att platser kan tas genom utbytet."
        "The capacity is not stated." "State it, so that places can be taken through the exchange.";
}
