//! The page of fortunes.

/// A row of the table `fortune`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fortune {
    pub id: i32,
    pub message: String,
}

/// The page of all fortunes and the one that is added, sorted by message as TechEmpower's rules say.
pub fn page(mut fortunes: Vec<Fortune>) -> String {
    fortunes.push(Fortune { id: 0, message: "Additional fortune added at request time.".to_owned() });
    fortunes.sort_by(|one, other| one.message.cmp(&other.message));
    let mut page = String::with_capacity(2048);
    page.push_str("<!doctype html><html><head><title>Fortunes</title></head><body><table>");
    page.push_str("<tr><th>id</th><th>message</th></tr>");
    for Fortune { id, message } in &fortunes {
        page.push_str("<tr><td>");
        page.push_str(&id.to_string());
        page.push_str("</td><td>");
        escape(message, &mut page);
        page.push_str("</td></tr>");
    }
    page.push_str("</table></body></html>");
    page
}

fn escape(text: &str, page: &mut String) {
    for character in text.chars() {
        match character {
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '&' => page.push_str("&amp;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            other => page.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fortunes_are_sorted_by_code_point_and_escaped() {
        let fortune = |id, message: &str| Fortune { id, message: message.to_owned() };
        let page =
            page(vec![fortune(12, "フレームワーク"), fortune(11, "<script>\"'&</script>"), fortune(1, "fortune")]);
        let rows: Vec<&str> =
            page.split("<tr><td>").skip(1).map(|row| row.split("</td></tr>").next().unwrap()).collect();
        assert_eq!(
            rows,
            [
                "11</td><td>&lt;script&gt;&quot;&#39;&amp;&lt;/script&gt;",
                "0</td><td>Additional fortune added at request time.",
                "1</td><td>fortune",
                "12</td><td>フレームワーク",
            ]
        );
    }
}
