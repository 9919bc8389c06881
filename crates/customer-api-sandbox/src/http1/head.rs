/// The head of a request, as sent.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) http_1_0: bool,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Head {
    /// Returns all values of a header, in order.
    pub(crate) fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// Returns the comma-separated, trimmed, lower-case elements of a list header.
    pub(crate) fn header_elements(&self, name: &str) -> Vec<String> {
        let mut elements = Vec::new();
        for value in self.header_values(name) {
            let value = String::from_utf8_lossy(value).to_ascii_lowercase();
            elements.extend(value.split(',').map(|element| element.trim().to_owned()));
        }
        elements
    }

    /// Returns the path as sent, without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the query as sent.
    pub(crate) fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// Returns whether the client accepts JSON. A request without `Accept` accepts JSON.
    pub(crate) fn accepts_json(&self) -> bool {
        let ranges = self.header_elements("accept");
        ranges.is_empty()
            || ranges.iter().any(|range| {
                let mut parts = range.split(';').map(str::trim);
                let known = matches!(
                    parts.next(),
                    Some("*/*" | "application/*" | "application/json")
                );
                let weight = parts.find_map(|part| part.strip_prefix("q="));
                known && weight.and_then(|weight| weight.parse().ok()) != Some(0.0)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: Option<&str>) -> bool {
        let headers = value.map(|value| ("Accept".to_owned(), value.as_bytes().to_vec()));
        Head {
            method: "GET".to_owned(),
            target: "/a?b".to_owned(),
            http_1_0: false,
            headers: headers.into_iter().collect(),
        }
        .accepts_json()
    }

    #[test]
    fn accept_is_read_as_a_list_of_ranges() {
        for good in [
            "*/*",
            "application/json",
            "text/html, Application/JSON; q=0.5",
        ] {
            assert!(accept(Some(good)), "{good}");
        }
        for bad in ["text/html", "application/xml", "application/json;q=0", ""] {
            assert!(!accept(Some(bad)), "{bad}");
        }
        assert!(accept(None));
    }
}
