//! Plain text out of HTML: what a reader would see, without what a browser would run.

/// Elements of which nothing is shown.
const UNSEEN: [&str; 4] = ["script", "style", "template", "head"];
/// Elements that begin on a line of their own.
const BLOCKS: [&str; 16] = [
    "address",
    "article",
    "blockquote",
    "br",
    "dd",
    "div",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "li",
    "p",
    "section",
    "tr",
    "ul",
];

/// Bytes of the name of an entity at most.
const LONGEST_ENTITY: usize = 10;

/// The text of a piece of HTML. Entities are read, and what is then no longer plain is left for the rules to find.
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        text.push_str(before);
        rest = if let Some(found) = Tag::of(tag) {
            found.shown(&mut text)
        } else {
            text.push('<');
            &tag[1..]
        };
    }
    text.push_str(rest);
    tidy(&entities(&text))
}

struct Tag<'a> {
    /// In lower case, without the slash of an end.
    name: String,
    is_end: bool,
    after: &'a str,
}

impl<'a> Tag<'a> {
    /// The tag at the start of the text. None: the sign stands for itself.
    fn of(text: &'a str) -> Option<Self> {
        let inner = text.strip_prefix('<')?;
        if let Some(comment) = inner.strip_prefix("!--") {
            let after = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            return Some(Self {
                name: String::new(),
                is_end: false,
                after,
            });
        }
        let is_end = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        inner
            .starts_with(|sign: char| sign.is_ascii_alphabetic() || matches!(sign, '!' | '?'))
            .then_some(())?;
        let name: String = inner
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let after = inner.find('>').map_or("", |end| &inner[end + 1..]);
        Some(Self {
            name: name.to_ascii_lowercase(),
            is_end,
            after,
        })
    }

    /// Adds what is seen of the tag, and goes on after it.
    fn shown(self, text: &mut String) -> &'a str {
        if !self.is_end && UNSEEN.contains(&self.name.as_str()) {
            return after_end(self.after, &self.name);
        }
        if BLOCKS.contains(&self.name.as_str()) {
            text.push('\n');
        }
        if self.name == "li" && !self.is_end {
            text.push_str("- ");
        }
        self.after
    }
}

/// What follows the end of an element.
fn after_end<'a>(text: &'a str, name: &str) -> &'a str {
    let is_end = |(at, sign): &(usize, &str)| {
        let after = text.as_bytes().get(at + sign.len()..).unwrap_or_default();
        let found = after.get(..name.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
    };
    let end = text.match_indices("</").find(is_end);
    let rest = end.map_or("", |(at, _)| &text[at..]);
    rest.find('>').map_or("", |end| &rest[end + 1..])
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let inner = &rest[at + 1..];
        // No further: a text of nothing but such signs would be gone through once for each.
        let mut near = inner.bytes().take(LONGEST_ENTITY + 1);
        let end = near.position(|byte| byte == b';');
        let found = end.and_then(|end| Some((entity(&inner[..end])?, end)));
        if let Some((letter, end)) = found {
            out.push(letter);
            rest = &inner[end + 1..];
        } else {
            out.push('&');
            rest = inner;
        }
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "aring" => 'å',
        "auml" => 'ä',
        "ouml" => 'ö',
        "eacute" => 'é',
        "Aring" => 'Å',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "ndash" => '–',
        "mdash" => '—',
        "rdquo" | "ldquo" => '”',
        "rsquo" | "lsquo" => '’',
        "hellip" => '…',
        "bull" => '•',
        "shy" => '\u{ad}',
        _ => return None,
    })
}

/// Lines without space around them, and no two empty ones in a row.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_reader_sees_remains() {
        for (html, text) in [
            (
                "<p>Kursen ges p&aring; <b>distans</b>.</p>",
                "Kursen ges på distans.",
            ),
            (
                "Delar:<ul><li>juridik</li><li>ledarskap</li></ul>",
                "Delar:\n\n- juridik\n\n- ledarskap",
            ),
            ("a<script>alert('<p>')</script>b<!-- dolt -->c", "abc"),
            (
                "R&amp;D &#229;r 1 &lt; 2 & 3 &okänd;",
                "R&D år 1 < 2 & 3 &okänd;",
            ),
            ("1 < 2 och 3<4", "1 < 2 och 3<4"),
            ("a<STYLE>x</p></Style>b<style>c", "ab"),
            (
                "&ååååååå; &#000000229; &#0000000229;",
                "&ååååååå; å &#0000000229;",
            ),
            ("<p>öppet", "öppet"),
            ("<", "<"),
        ] {
            assert_eq!(
                plain(html).replace("\n\n", "\n"),
                text.replace("\n\n", "\n"),
                "{html}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_html_makes_it_panic(html in "[<>/!a-zåäö&;#x0-9 \n-]{0,60}") {
            plain(&html);
        }
    }
}
