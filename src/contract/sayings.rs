//! What is said of a broken rule, in English and Swedish: what is asked, and what to do. Knows no value.

use std::sync::Arc;

use super::plan::{Breach, Words};

fn breach(rule: &str, en: impl Into<String>, sv: impl Into<String>) -> Breach {
    Arc::new(Words {
        rule: rule.to_owned(),
        en: en.into(),
        sv: sv.into(),
    })
}

pub(super) fn required() -> Breach {
    breach(
        "required",
        "It is required; give it a value.",
        "Fältet krävs; ange ett värde.",
    )
}

pub(super) fn oneof_required(members: &str) -> Breach {
    breach(
        "oneof.required",
        format!("One of {members} is required; set exactly one."),
        format!("Ett av {members} krävs; ange precis ett."),
    )
}

pub(super) fn min_len(least: u64) -> Breach {
    if least == 1 {
        return breach(
            "string.min_len",
            "It must not be empty; give at least 1 character.",
            "Fältet får inte vara tomt; ange minst 1 tecken.",
        );
    }
    breach(
        "string.min_len",
        format!("It must have at least {least} characters; lengthen it."),
        format!("Fältet ska ha minst {least} tecken; skriv mer."),
    )
}

pub(super) fn max_len(most: u64) -> Breach {
    breach(
        "string.max_len",
        format!("It may have at most {most} characters; shorten it."),
        format!("Fältet får ha högst {most} tecken; korta det."),
    )
}

/// In English with the first line of the field's comment in the contract, which says in words what the pattern says in
/// signs. The contract is written in English only.
pub(super) fn pattern(pattern: &str, comment: &str) -> Breach {
    breach(
        "string.pattern",
        format!("It must match {pattern}; write it in that form. The contract says: {comment}"),
        format!("Fältet ska passa mönstret {pattern}; skriv det i den formen."),
    )
}

/// In English as the contract says it.
pub(super) fn predefined(rule: &str, message: &str, pattern: &str) -> Breach {
    breach(
        rule,
        message,
        format!("Fältet ska passa mönstret {pattern}; skriv det i den formen."),
    )
}

pub(super) fn uuid() -> Breach {
    breach(
        "string.uuid",
        "It must be a UUID: 8, 4, 4, 4 and 12 hexadecimal digits with - between; write it in that form.",
        "Fältet ska vara ett UUID: 8, 4, 4, 4 och 12 hexadecimala siffror med - emellan; skriv det i den formen.",
    )
}

pub(super) fn utf8() -> Breach {
    breach(
        "string.utf8",
        "It is not valid UTF-8; encode the text as UTF-8.",
        "Fältet är inte giltig UTF-8; koda texten som UTF-8.",
    )
}

pub(super) fn control() -> Breach {
    breach(
        "string.control_characters",
        "It holds a control character; remove all but line feed and tab.",
        "Fältet innehåller ett styrtecken; ta bort alla utom radmatning och tabb.",
    )
}

pub(super) fn bidirectional() -> Breach {
    breach(
        "string.bidirectional_characters",
        "It holds an invisible character that turns the direction of writing; remove it.",
        "Fältet innehåller ett osynligt tecken som vänder skrivriktningen; ta bort det.",
    )
}

pub(super) fn bytes_len(rule: &str, min: u64, max: u64) -> Breach {
    let (en, sv) = match (min, max) {
        _ if min == max => (format!("exactly {min}"), format!("exakt {min}")),
        (_, u64::MAX) => (format!("at least {min}"), format!("minst {min}")),
        _ => (format!("at most {max}"), format!("högst {max}")),
    };
    breach(
        &format!("bytes.{rule}"),
        format!("It must have {en} bytes; send the value whole and no more."),
        format!("Fältet ska ha {sv} byte; skicka hela värdet och inget mer."),
    )
}

/// For example `uint32.lte`.
pub(super) fn bound(kind: &str, rule: &str, bound: &str) -> Breach {
    let (en, sv) = match rule {
        "gte" => ("at least", "minst"),
        "gt" => ("more than", "mer än"),
        "lt" => ("less than", "mindre än"),
        _ => ("at most", "högst"),
    };
    breach(
        &format!("{kind}.{rule}"),
        format!("It must be {en} {bound}; change the number."),
        format!("Talet ska vara {sv} {bound}; ändra det."),
    )
}

pub(super) fn range() -> Breach {
    breach(
        "wire.range",
        "The number does not fit in the type that the contract states; send one that does.",
        "Talet ryms inte i den typ som kontraktet anger; skicka ett som ryms.",
    )
}

pub(super) fn defined_only(values: &str) -> Breach {
    breach(
        "enum.defined_only",
        format!("The number is not one of the contract; use one of {values}."),
        format!("Numret finns inte i kontraktet; använd något av {values}."),
    )
}

pub(super) fn enum_in(values: &str) -> Breach {
    breach(
        "enum.in",
        format!("It must be one of {values}; choose one."),
        format!("Fältet ska vara något av {values}; välj ett."),
    )
}

pub(super) fn enum_not_in(values: &str, others: &str) -> Breach {
    breach(
        "enum.not_in",
        format!("It must not be {values}; choose one of {others}."),
        format!("Fältet får inte vara {values}; välj något av {others}."),
    )
}

pub(super) fn min_items(least: u64) -> Breach {
    breach(
        "repeated.min_items",
        format!("The list must have at least {least} items; add what is missing."),
        format!("Listan ska ha minst {least} poster; lägg till det som saknas."),
    )
}

pub(super) fn max_items(most: u64) -> Breach {
    breach(
        "repeated.max_items",
        format!("The list may have at most {most} items; remove some."),
        format!("Listan får ha högst {most} poster; ta bort några."),
    )
}

pub(super) fn unique() -> Breach {
    breach(
        "repeated.unique",
        "The same item comes earlier in the list; remove one of them.",
        "Samma post finns tidigare i listan; ta bort en av dem.",
    )
}

pub(super) fn unknown_field() -> Breach {
    breach(
        "wire.unknown_field",
        "The contract has no field with this number here; remove it, or use a client of this version of the contract.",
        "Kontraktet har inget fält med detta nummer här; ta bort det, eller använd en klient för denna version av kontraktet.",
    )
}

pub(super) fn wire_type() -> Breach {
    breach(
        "wire.type",
        "It is encoded as another type than the contract states; encode it by the contract.",
        "Fältet är kodat som en annan typ än kontraktet anger; koda det enligt kontraktet.",
    )
}

pub(super) fn duplicate() -> Breach {
    breach(
        "wire.duplicate",
        "The field comes more than once; send it once.",
        "Fältet förekommer mer än en gång; skicka det en gång.",
    )
}

pub(super) fn several_of(members: &str) -> Breach {
    breach(
        "wire.oneof",
        format!("More than one of {members} is set; set exactly one."),
        format!("Mer än ett av {members} är angivet; ange precis ett."),
    )
}

pub(super) fn too_deep() -> Breach {
    breach(
        "wire.depth",
        "Messages are nested deeper than 64 levels; nest them less.",
        "Meddelanden är nästlade djupare än 64 nivåer; nästla dem mindre.",
    )
}

pub(super) fn more(most: usize) -> Breach {
    breach(
        "more",
        format!("There is more wrong than these {most}; mend them and try again."),
        format!("Mer är fel än dessa {most}; rätta dem och försök igen."),
    )
}
