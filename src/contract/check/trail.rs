//! The way to a field, kept on the stack while walking and written out only when there is something to tell.

#[derive(Clone, Copy, Debug)]
pub(in crate::contract) struct Trail<'a> {
    above: Option<&'a Trail<'a>>,
    name: &'a str,
    /// `NO_LIST` where it is no item of a list.
    index: u32,
    depth: u32,
}

const NO_LIST: u32 = u32::MAX;

impl Trail<'_> {
    pub(in crate::contract) fn root() -> Self {
        Self {
            above: None,
            name: "",
            index: NO_LIST,
            depth: 0,
        }
    }

    /// One step on, to a field or to an item of a list.
    #[inline]
    pub(in crate::contract) fn to<'t>(&'t self, name: &'t str, index: Option<u32>) -> Trail<'t> {
        Trail {
            above: Some(self),
            name,
            index: index.unwrap_or(NO_LIST),
            depth: self.depth + 1,
        }
    }

    pub(in crate::contract) fn depth(&self) -> u32 {
        self.depth
    }

    pub(in crate::contract) fn index(&self) -> Option<u32> {
        (self.index != NO_LIST).then_some(self.index)
    }

    /// For example `document.analysis.problems[2].statement`.
    pub(in crate::contract) fn path(&self) -> String {
        let mut path = self.above.map(Trail::path).unwrap_or_default();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(self.name);
        if let Some(index) = self.index() {
            path.extend(["[", &index.to_string(), "]"]);
        }
        path
    }
}
