//! What is said of files of course offers that can not be read as they should.

use crate::organizations::findings::Saying;

/// States sayings: name, severity, id, then message and remedy in Swedish, message and remedy in English.
macro_rules! sayings {
    ($($name:ident $severity:ident $id:literal $message_sv:literal $remedy_sv:literal $message_en:literal $remedy_en:literal;)*) => {
        $(pub fn $name() -> Saying {
            Saying::$severity($id, ($message_sv, $message_en), ($remedy_sv, $remedy_en))
        })*
    };
}

sayings! {
    utf16 error "file.utf16"
        "Filen är i UTF-16." "Spara den i UTF-8."
        "The file is in UTF-16." "Save it in UTF-8.";
    cut error "file.cut"
        "Filen tar slut mitt i en post. Det som står före är läst." "Hämta filen på nytt från källan."
        "The file ends in the middle of an item. What stands before was read." "Fetch the file again from its source.";
    syntax error "file.not_json"
        "Här är filen inte längre JSON. Resten av stycket är inte läst." "Rätta tecknet på raden, eller hämta filen på nytt från källan."
        "From here the file is no JSON. The rest of the part was not read." "Mend the sign on the line, or fetch the file again from its source.";
    file_too_large error "file.too_large"
        "Filen är större än 256 MB, och lästes inte." "Dela upp den i flera filer."
        "The file is larger than 256 MB, and was not read." "Split it into several files.";
    no_offers error "offers.none"
        "Här finns inga utbildningstillfällen." "Ange filen med utbildningstillfällen (educationEvents), eller en tabell med minst en rad."
        "There are no offerings here." "Name the file with the offerings (educationEvents), or a table of at least one row.";
    id_missing error "offers.id_missing"
        "Posten saknar id." "Ge posten det id som den har i era system."
        "The item has no id." "Give the item the id that it has in your systems.";
    id_twice error "offers.id_twice"
        "Samma id har redan lästs. Denna post skickas inte." "Behåll en av posterna."
        "The same id was read already. This item is not sent." "Keep one of the items.";
    offer_too_large error "offers.too_large"
        "Erbjudandet är större än 131 072 byte." "Korta dess texter."
        "The offer is larger than 131,072 bytes." "Shorten its texts.";
    course_disagrees error "offers.course_disagrees"
        "Erbjudandet säger något annat om kursen än ett tidigare erbjudande med samma kursid." "Säg detsamma om kursen i alla dess tillfällen, eller ge kurserna olika id."
        "The offer says something else of the course than an earlier offer with the same course id." "Say the same of the course in all its offerings, or give the courses different ids.";
    course_without_id note "offers.course_without_id"
        "Kursen saknar eget id. Den skrivs med tillfällets id, och har det när filen läses igen." "Ge kursen ett id."
        "The course has no id of its own. It is written with the id of the offering, and has it when the file is read again." "Give the course an id.";
    item_syntax error "emil.not_json"
        "Posten är inte JSON." "Rätta posten, eller hämta filen på nytt från källan."
        "The item is no JSON." "Mend the item, or fetch the file again from its source.";
    item_too_large error "emil.item_too_large"
        "Posten är större än 1 MB, och lästes inte." "Korta dess texter."
        "The item is larger than 1 MB, and was not read." "Shorten its texts.";
    kind_untold error "emil.kind_untold"
        "Det framgår inte om posten är en EducationInfo, EducationEvent eller EducationProvider." "Lägg posten i educationInfos, educationEvents eller educationProviders, eller ge den ett id som börjar med i., e. eller p."
        "Whether the item is an EducationInfo, EducationEvent or EducationProvider can not be told." "Put the item into educationInfos, educationEvents or educationProviders, or give it an id that begins with i., e. or p.";
    wrapper_missing error "emil.wrapper_missing"
        "Posten saknar sitt hölje." "Skriv {id, status, content}, med posten i content."
        "The item has no wrapper." "Write {id, status, content}, with the item in content.";
    id_differs error "emil.id_differs"
        "Postens identifier är en annan än höljets id." "Skriv samma id på båda ställena."
        "The identifier of the item is another than the id of its wrapper." "Write the same id in both places.";
    field_unknown note "emil.field_unknown"
        "Fältet är okänt, och lästes inte." "Rätta namnet om det är felstavat. EMIL 3 har inget sådant fält här."
        "The field is unknown, and was not read." "Correct the name if it is misspelt. EMIL 3 has no such field here.";
    field_twice error "emil.field_twice"
        "Fältet står flera gånger i samma objekt." "Behåll det ena, med det som gäller."
        "The field stands several times in one object." "Keep one of them, with what holds.";
    extension_twice error "emil.extension_twice"
        "Posten har redan ett tillägg av samma slag, och detta lästes inte." "Samla uppgifterna i ett tillägg."
        "The item has an extension of the sort already, and this one was not read." "Put what they say into one extension.";
    list_unknown error "emil.list_unknown"
        "Listan är okänd, och dess poster lästes inte." "Rätta namnet om det är felstavat: educationInfos, educationEvents eller educationProviders. Ta annars bort listan."
        "The list is unknown, and its items were not read." "Correct the name if it is misspelt: educationInfos, educationEvents or educationProviders. Take the list away otherwise.";
    not_kept note "emil.not_kept"
        "Utbytet sparar inte fältet." "Inget behöver göras. Dokumentationen (course-offers.md) säger varför."
        "The exchange does not keep the field." "Nothing needs to be done. The documentation (course-offers.md) says why.";
    field_missing error "emil.field_missing"
        "Fältet saknas." "Fyll i fältet."
        "The field is missing." "Fill in the field.";
    language_missing note "emil.language_missing"
        "Texten saknar språk, och lästes som svenska." "Ange lang, till exempel swe."
        "The text has no language, and was read as Swedish." "State lang, for example swe.";
    language_malformed error "offers.language_malformed"
        "Språket är ingen kod i ISO 639-2." "Skriv tre små bokstäver, till exempel swe eller eng."
        "The language is no code of ISO 639-2." "Write three lower-case letters, for example swe or eng.";
    language_unknown note "offers.language_unknown"
        "Språket finns inte i ISO 639-2." "Jämför koden med listan; und står för okänt språk, mul för flera."
        "The language is not in ISO 639-2." "Compare the code with the list; und means undetermined, mul several.";
    html note "emil.html"
        "Texten är HTML, och sparas som ren text." "Läs igenom texten i utbytet."
        "The text is HTML, and is kept as plain text." "Read the text through in the exchange.";
    text_empty note "emil.text_empty"
        "Texten är tom, och lästes inte." "Skriv texten, eller ta bort den."
        "The text is empty, and was not read." "Write the text, or take it away.";
    time_malformed error "offers.time_malformed"
        "Tidpunkten kan inte läsas." "Skriv den som 2026-08-24T12:00:00, i svensk tid."
        "The time can not be read." "Write it as 2026-08-24T12:00:00, in Swedish time.";
    pace_rounded note "offers.pace_rounded"
        "Studietakten sparas i hela procent." "Inget behöver göras."
        "The pace is kept in whole per cent." "Nothing needs to be done.";
    term_malformed error "offers.term_malformed"
        "Terminen kan inte läsas." "Ange år 2000–2099 och termin, vt eller ht."
        "The term can not be read." "State a year of 2000 to 2099 and the term, vt or ht.";
    event_without_info error "emil.event_without_info"
        "Tillfället hör till en utbildning (education) som inte finns i filerna." "Ta med dess EducationInfo."
        "The offering belongs to an education that is not in the files." "Add its EducationInfo.";
    info_faulty error "emil.info_faulty"
        "Tillfällets utbildning (education) har fel, och tillfället skickas inte." "Rätta utbildningen; felen står vid den."
        "The education of the offering is faulty, and the offering is not sent." "Mend the education; its faults stand with it.";
    info_unused note "emil.info_without_event"
        "Utbildningen har inget tillfälle i filerna, och skickas inte." "Ta med dess EducationEvent om det ska erbjudas."
        "The education has no offering in the files, and is not sent." "Add its EducationEvent if it is to be offered.";
    info_twice error "emil.info_twice"
        "Utbildningen finns redan, och säger något annat. Den första gäller." "Behåll en av dem."
        "The education is there already, and says something else. The first one holds." "Keep one of them.";
    provider_foreign error "emil.provider_foreign"
        "Tillfället ges enligt filen av andra än lärosätet: ingen av dess anordnare har lärosätets organisationsnummer." "Lämna in det för det lärosäte som ger det, eller rätta anordnarens organisationNumber."
        "According to the file the offering is given by others than the university: none of its providers has the university's organization number." "Submit it for the university that gives it, or correct the provider's organisationNumber.";
    provider_other note "emil.provider_other"
        "Anordnaren har ett annat organisationsnummer än lärosätet." "Kontrollera organisationsnumret om anordnaren är lärosätet."
        "The provider has another organization number than the university." "Check the number if the provider is the university.";
    application_without_days note "emil.application_without_days"
        "Ansökan har varken första eller sista dag och är inte löpande, och blir ingen anmälningstid i utbytet." "Ange first och last, eller continuous."
        "The application has neither a first nor a last day and is not continuous, and makes no application window." "State first and last, or continuous.";
    place_empty note "emil.place_empty"
        "Platsen har varken kommunkod eller ort, och sparas inte." "Ange areaCode och town."
        "The place has neither a municipality code nor a town, and is not kept." "State areaCode and town.";
    number_comma error "offers.number_comma"
        "Talet är skrivet som text." "Skriv talet utan citattecken och med decimalpunkt, till exempel 7.5."
        "The number is written as text." "Write the number without quotation marks and with a decimal point, for example 7.5.";
    number_range error "offers.number_range"
        "Talet är inget heltal från 0." "Skriv ett heltal som inte är negativt."
        "The number is no whole number from 0." "Write a whole number that is not negative.";
    number_malformed error "offers.number_malformed"
        "Talet kan inte läsas." "Skriv till exempel 7,5."
        "The number can not be read." "Write for example 7.5.";
    subject_malformed error "offers.code_malformed"
        "Koden kan inte läsas." "Skriv lista:kod, till exempel C_Subject_SUN:145a."
        "The code can not be read." "Write list:code, for example C_Subject_SUN:145a.";
    required note "emil.required"
        "EMIL 3 kräver fältet, och erbjudandet har inget att skriva där." "Fyll i uppgiften hos lärosätet före publicering."
        "EMIL 3 requires the field, and the offer has nothing to write there." "Fill it in at the university before publication.";
}

/// A field of another type than EMIL 3 gives it: what it should be, in Swedish and English.
pub fn field_type(wanted: (&str, &str)) -> Saying {
    Saying::error(
        "emil.field_type",
        ("Fältet har fel typ.", "The field is of the wrong type."),
        (
            format!("Skriv {}.", wanted.0),
            format!("Write {}.", wanted.1),
        ),
    )
}

/// A code that is not in its list.
pub fn code_unknown<'a>(choices: impl IntoIterator<Item = &'a str>) -> Saying {
    let choices = choices.into_iter().collect::<Vec<_>>().join(", ");
    Saying::error(
        "offers.code_unknown",
        ("Koden är okänd.", "The code is unknown."),
        (
            format!("Skriv något av: {choices}."),
            format!("Write one of: {choices}."),
        ),
    )
}

/// A code of another list than the field is of.
pub fn code_list(list: &str) -> Saying {
    Saying::error(
        "emil.code_list",
        (
            "Koden är ur en annan lista än fältets.",
            "The code is of another list than that of the field.",
        ),
        (
            format!("Skriv type {list} och en kod ur den listan."),
            format!("Write the type {list} and a code of that list."),
        ),
    )
}
