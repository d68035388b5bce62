//! Items in every layout, and in none.

use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<(usize, Found)> {
    let mut all = Vec::new();
    each(text.as_bytes(), &mut |line, found| all.push((line, found))).unwrap();
    all
}

fn item(sort: Option<Sort>, text: &str) -> Found {
    Found::Item(sort, text.as_bytes().to_vec())
}

#[test]
fn items_are_found_in_every_layout() {
    let document = "{\"links\": [],\n \"educationEvents\": [\n  {\"id\": \"a\"},\n  {\"id\": \"]\\\"}\"}\n ], \"educationInfos\": [], \"extra\": {\"x\": 1}}";
    assert_eq!(
        found(document),
        [
            (3, item(Some(Sort::Event), "{\"id\": \"a\"}")),
            (4, item(Some(Sort::Event), "{\"id\": \"]\\\"}\"}")),
            (1, Found::Unknown("extra".to_owned())),
        ]
    );
    let misspelt = "{\"educationInfos\": [], \"educationEvent\": [1], \"educationEvents\": {}}";
    let lists = ["educationEvent", "educationEvents"];
    assert_eq!(
        found(misspelt),
        lists.map(|name| (1, Found::UnknownList(name.to_owned())))
    );
    assert_eq!(
        found("[{\"a\":1},2]"),
        [(1, item(None, "{\"a\":1}")), (1, item(None, "2"))]
    );
    assert_eq!(
        found("{\"id\":1,\"content\":null}\n\n{\"id\":2}"),
        [
            (1, item(None, "{\"id\":1,\"content\":null}")),
            (3, item(None, "{\"id\":2}")),
        ]
    );
    assert_eq!(found(" \n"), []);
}

#[test]
fn what_stands_before_a_cut_is_found_and_the_cut_is_told() {
    for text in [
        "{\"educationEvents\": [{\"id\": 1},\n{\"id\": ",
        "{\"educationEvents\": [{\"id\": 1},\n",
        "{\"educationEvents\": [{\"id\": 1}\n",
        "[{\"id\": 1},\n{\"te",
    ] {
        let found = found(text);
        assert_eq!(found.len(), 2, "{text}");
        assert!(matches!(found[0], (1, Found::Item(..))), "{text}");
        assert_eq!(found[1], (2, Found::Cut), "{text}");
    }
}

#[test]
fn lines_go_on_after_a_faulty_one_and_documents_do_not() {
    let lines = found("{\"id\":1}\n{\"id\" 2}\n{\"id\":\"3\n{\"id\":4}\nx\n{\"id\":5}");
    let faults: Vec<_> = lines
        .iter()
        .filter(|(_, found)| *found == Found::Syntax)
        .map(|(line, _)| *line)
        .collect();
    assert_eq!((lines.len(), faults), (6, vec![2, 3, 5]));
    let document = found("{\"educationEvents\": [\n{\"id\":1}\n{\"id\":2}]}");
    assert_eq!(document.last(), Some(&(3, Found::Syntax)));
}

#[test]
fn an_item_of_a_hundred_megabytes_is_passed_by() {
    struct Endless(usize);
    impl io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let many = buffer.len().min(self.0);
            buffer[..many].fill(b'a');
            self.0 -= many;
            Ok(many)
        }
    }
    let head = "[{\"id\":1,\"content\":\"".as_bytes();
    let tail = "\"},{\"id\":2}]".as_bytes();
    let input = io::Read::chain(io::Read::chain(head, Endless(100 << 20)), tail);
    let mut all = Vec::new();
    each(io::BufReader::new(input), &mut |_, found| all.push(found)).unwrap();
    assert_eq!(all, [Found::TooLarge(None), item(None, "{\"id\":2}")]);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(text in "[\\[\\]{},:\"\\\\a1 \n]{0,40}") {
        found(&text);
    }
}
