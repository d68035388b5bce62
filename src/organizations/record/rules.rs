//! What is said of a record that breaks a rule by itself. When it is said stands beside.

use crate::organizations::findings::Saying;

pub fn name_blank() -> Saying {
    Saying::error(
        "organization.name_blank",
        ("Namnet är tomt.", "The name is blank."),
        (
            "Skriv namnet som i registret.",
            "Write the name as in the register.",
        ),
    )
}

pub fn name_untrimmed() -> Saying {
    Saying::error(
        "organization.name_untrimmed",
        (
            "Namnet börjar eller slutar med mellanslag.",
            "The name starts or ends with white space.",
        ),
        ("Ta bort mellanslagen.", "Take the white space away."),
    )
}

pub fn number_missing() -> Saying {
    Saying::error(
        "organization.number_missing",
        (
            "Huvudmän, lärosäten och myndigheten ska ha organisationsnummer.",
            "Organizers, universities and the agency have an organization number.",
        ),
        (
            "Skriv organisationsnumret med tio siffror.",
            "Write the organization number with ten digits.",
        ),
    )
}

pub fn number_forbidden() -> Saying {
    Saying::error(
        "organization.number_forbidden",
        (
            "Bara huvudmän, lärosäten och myndigheten har organisationsnummer.",
            "Only organizers, universities and the agency have an organization number.",
        ),
        (
            "Lämna fältet tomt, och ange huvudmannen som överordnad.",
            "Leave the field empty, and name the organizer as the parent.",
        ),
    )
}

pub fn unit_code_missing() -> Saying {
    Saying::error(
        "organization.unit_code_missing",
        (
            "En skolenhet ska ha skolenhetskod.",
            "A school unit has a school unit code.",
        ),
        (
            "Skriv koden med åtta siffror, eller ange att det är en förskola.",
            "Write the code with eight digits, or say that it is a preschool.",
        ),
    )
}

pub fn unit_code_forbidden() -> Saying {
    Saying::error(
        "organization.unit_code_forbidden",
        (
            "Bara skolenheter har skolenhetskod.",
            "Only school units have a school unit code.",
        ),
        (
            "Lämna fältet tomt, eller ange att det är en skolenhet.",
            "Leave the field empty, or say that it is a school unit.",
        ),
    )
}

pub fn external_id_missing() -> Saying {
    Saying::error(
        "organization.external_id_missing",
        (
            "Det som varken har organisationsnummer eller skolenhetskod ska ha en yttre identitet.",
            "What has neither organization number nor school unit code has an external id.",
        ),
        (
            "Ange systemets namn och identiteten där, så att posten känns igen nästa gång.",
            "State the name of the system and the identity there, so that the record is known the next time.",
        ),
    )
}

pub fn organizer_type_forbidden() -> Saying {
    Saying::error(
        "organization.organizer_type_forbidden",
        (
            "Bara huvudmän har huvudmannatyp.",
            "Only organizers have an organizer type.",
        ),
        ("Lämna fältet tomt.", "Leave the field empty."),
    )
}

pub fn school_forms_forbidden() -> Saying {
    Saying::error(
        "organization.school_forms_forbidden",
        (
            "Bara skolenheter och förskolor har skolformer.",
            "Only school units and preschools have school forms.",
        ),
        (
            "Ange skolformerna på enheterna.",
            "State the school forms at the units.",
        ),
    )
}

pub fn school_form_twice() -> Saying {
    Saying::error(
        "organization.school_form_twice",
        (
            "Skolformen står två gånger.",
            "The school form is there twice.",
        ),
        (
            "Slå ihop årskurser och elever till en rad per skolform.",
            "Put school years and pupils together, one entry a form.",
        ),
    )
}

pub fn parent_forbidden() -> Saying {
    Saying::error(
        "organization.parent_forbidden",
        (
            "Huvudmän, lärosäten och myndigheten ligger inte under någon.",
            "Organizers, universities and the agency lie below nothing.",
        ),
        ("Lämna fältet tomt.", "Leave the field empty."),
    )
}

pub fn parent_since_alone() -> Saying {
    Saying::error(
        "organization.parent_since_alone",
        (
            "Dagen för tillhörigheten är angiven utan överordnad.",
            "The day of belonging is given without a parent.",
        ),
        (
            "Ange också vem den ligger under.",
            "Name the parent as well.",
        ),
    )
}

pub fn own_parent() -> Saying {
    Saying::error(
        "organization.own_parent",
        ("Den ligger under sig själv.", "It lies below itself."),
        (
            "Ange den som är närmast över.",
            "Name the one directly above.",
        ),
    )
}

pub fn end_before_start() -> Saying {
    Saying::error(
        "organization.end_before_start",
        (
            "Slutdatum ligger före startdatum.",
            "The end date is before the start date.",
        ),
        (
            "Byt plats på datumen eller rätta ett av dem.",
            "Change the places of the dates or correct one of them.",
        ),
    )
}

pub fn in_the_future() -> Saying {
    Saying::error(
        "organization.in_the_future",
        ("Dagen har inte kommit än.", "The day has not come yet."),
        (
            "Lämna posten igen när dagen har kommit.",
            "Hand in the record again when the day has come.",
        ),
    )
}

pub fn own_predecessor() -> Saying {
    Saying::error(
        "organization.own_predecessor",
        ("Den är sin egen föregångare.", "It is its own predecessor."),
        (
            "Ange den organisation som den kom ur.",
            "Name the organization that it came from.",
        ),
    )
}

pub fn predecessor_twice() -> Saying {
    Saying::error(
        "organization.predecessor_twice",
        (
            "Föregångaren står två gånger.",
            "The predecessor is there twice.",
        ),
        ("Behåll en av dem.", "Keep one of them."),
    )
}
