//! What is said of a record that breaks a rule beside the register and the other records of its import. When it is said stands beside.

use crate::organizations::findings::Saying;

pub fn organizer_type_missing() -> Saying {
    Saying::error(
        "organization.organizer_type_missing",
        (
            "En huvudman ska ha huvudmannatyp.",
            "An organizer has an organizer type.",
        ),
        (
            "Ange kommunal, enskild, region eller statlig.",
            "State municipal, independent, region or state.",
        ),
    )
}

pub fn parent_missing() -> Saying {
    Saying::error(
        "organization.parent_missing",
        (
            "Det är inte sagt vem den ligger under.",
            "It is not said what it lies below.",
        ),
        (
            "Ange huvudmannen, förvaltningen eller området.",
            "Name the organizer, administration or area.",
        ),
    )
}

pub fn parent_unknown() -> Saying {
    Saying::error(
        "organization.parent_unknown",
        (
            "Den överordnade finns varken i registret eller bland posterna.",
            "The parent is neither registered nor among the records.",
        ),
        (
            "Rätta koden, eller lägg till den överordnade.",
            "Correct the code, or add the parent.",
        ),
    )
}

pub fn parent_refused() -> Saying {
    Saying::error(
        "organization.parent_refused",
        (
            "Den överordnades egen post är underkänd.",
            "The parent's own record is refused.",
        ),
        (
            "Rätta den överordnades post och lämna båda igen.",
            "Mend the parent's record and hand in both again.",
        ),
    )
}

pub fn parent_type() -> Saying {
    Saying::error(
        "organization.parent_type",
        (
            "Den kan inte ligga under en organisation av det slaget.",
            "It can not lie below an organization of that type.",
        ),
        (
            "Enheter ligger under huvudman, förvaltning eller område; förvaltningar under huvudman; områden under huvudman, förvaltning eller område.",
            "Units lie below an organizer, administration or area; administrations below an organizer; areas below an organizer, administration or area.",
        ),
    )
}

pub fn cycle() -> Saying {
    Saying::error(
        "organization.cycle",
        (
            "Den skulle ligga under något som ligger under den själv.",
            "It would lie below something that lies below it.",
        ),
        (
            "Rätta vem som ligger under vem.",
            "Correct which lies below which.",
        ),
    )
}

pub fn move_without_day() -> Saying {
    Saying::error(
        "organization.move_without_day",
        (
            "Den ligger under en annan i registret, och dagen för flytten saknas.",
            "It lies below another in the register, and the day of the move is missing.",
        ),
        (
            "Ange första dagen under den nya i parent_since.",
            "State the first day below the new one in parent_since.",
        ),
    )
}

pub fn move_too_early() -> Saying {
    Saying::error(
        "organization.move_too_early",
        (
            "Dagen ligger före eller på första dagen av tillhörigheten innan.",
            "The day is before or on the first day of the belonging before.",
        ),
        ("Ange en senare dag.", "State a later day."),
    )
}

pub fn parent_since_outside() -> Saying {
    Saying::error(
        "organization.parent_since_outside",
        (
            "Dagen för tillhörigheten ligger utanför organisationens egen tid.",
            "The day of belonging is outside the organization's own time.",
        ),
        (
            "Ange en dag från och med startdatum till och med slutdatum.",
            "State a day from its start date to its end date.",
        ),
    )
}

pub fn type_changed() -> Saying {
    Saying::error(
        "organization.type_changed",
        (
            "I registret är den något annat.",
            "In the register it is something else.",
        ),
        (
            "Registrera en ny organisation, med den gamla som föregångare.",
            "Register a new organization, with the old one as its predecessor.",
        ),
    )
}

pub fn twice_in_import() -> Saying {
    Saying::error(
        "organization.twice_in_import",
        (
            "Samma organisation finns i en tidigare post i samma inläsning.",
            "The same organization is in an earlier record of the same import.",
        ),
        ("Behåll en av posterna.", "Keep one of the records."),
    )
}

pub fn identities_disagree() -> Saying {
    Saying::error(
        "organization.identities_disagree",
        (
            "Koderna i posten hör till olika organisationer i registret.",
            "The codes of the record belong to different organizations in the register.",
        ),
        (
            "Rätta den kod som är fel.",
            "Correct the code that is wrong.",
        ),
    )
}

pub fn predecessor_unknown() -> Saying {
    Saying::error(
        "organization.predecessor_unknown",
        (
            "Föregångaren finns varken i registret eller bland posterna.",
            "The predecessor is neither registered nor among the records.",
        ),
        (
            "Rätta koden, eller lägg till föregångaren med dess slutdatum.",
            "Correct the code, or add the predecessor with its end date.",
        ),
    )
}

pub fn predecessor_refused() -> Saying {
    Saying::error(
        "organization.predecessor_refused",
        (
            "Föregångarens egen post är underkänd.",
            "The predecessor's own record is refused.",
        ),
        (
            "Rätta föregångarens post och lämna båda igen.",
            "Mend the predecessor's record and hand in both again.",
        ),
    )
}

pub fn predecessor_type() -> Saying {
    Saying::error(
        "organization.predecessor_type",
        (
            "Föregångaren är en organisation av ett annat slag.",
            "The predecessor is an organization of another type.",
        ),
        (
            "Ange en föregångare av samma slag.",
            "Name a predecessor of the same type.",
        ),
    )
}

pub fn predecessor_day() -> Saying {
    Saying::error(
        "organization.predecessor_day",
        (
            "Föregångaren är registrerad med en annan dag.",
            "The predecessor is registered with another day.",
        ),
        (
            "Ange den dag som är registrerad.",
            "State the day that is registered.",
        ),
    )
}

pub fn predecessor_cycle() -> Saying {
    Saying::error(
        "organization.predecessor_cycle",
        (
            "Den skulle vara föregångare till sig själv genom andra.",
            "It would be its own predecessor by way of others.",
        ),
        (
            "Rätta vem som kom ur vem.",
            "Correct which came from which.",
        ),
    )
}
pub fn predecessor_too_young() -> Saying {
    Saying::error(
        "organization.predecessor_too_young",
        (
            "Föregångaren började först efter den dagen.",
            "The predecessor started after that day only.",
        ),
        (
            "Rätta dagen, eller föregångarens startdatum.",
            "Correct the day, or the start date of the predecessor.",
        ),
    )
}
