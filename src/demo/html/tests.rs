use reqwest::Method;

use super::*;

fn page(html: &str) -> Page {
    read(&"http://anchor.test/sep24/interactive?token=t".parse().unwrap(), html)
}

fn names(page: &Page, form: usize) -> Vec<&str> {
    page.forms[form].controls.iter().map(|control| control.name.as_str()).collect()
}

#[test]
fn a_form_reaches_from_its_start_tag_to_its_end_tag_however_it_is_nested() {
    let page = page(
        "<table><form METHOD=Post action='?step=2'><tr><td><div><input name=a></table><p><input name=b>
         <form action=/inner><input name=c></form><input name=outside></div>
         <form action=/second><button name=d>Go",
    );
    assert_eq!(page.forms.len(), 2);
    assert_eq!(page.forms[0].method, Method::POST);
    assert_eq!(page.forms[0].action.as_str(), "http://anchor.test/sep24/interactive?step=2");
    assert_eq!(names(&page, 0), ["a", "b", "c"]);
    assert_eq!(names(&page, 1), ["d"]);
}

#[test]
fn a_control_elsewhere_belongs_to_the_form_that_it_names() {
    let page = page(
        "<button form=f name=go value=1>Go</button><form id=other><input name=x></form>
         <form id=f><input name=a></form><input name=b form=f><input name=c form=nobody>",
    );
    assert_eq!(names(&page, 0), ["x"]);
    assert_eq!(names(&page, 1), ["a", "go", "b"]);
}

#[test]
fn addresses_are_relative_to_the_page_or_to_its_base() {
    assert_eq!(page("<form action=''></form>").forms[0].action.query(), Some("token=t"));
    assert_eq!(page("<form action='next'></form>").forms[0].action.path(), "/sep24/next");
    let based = page("<base href='https://pages.test/a/'><form action='next'></form>");
    assert_eq!(based.forms[0].action.as_str(), "https://pages.test/a/next");
}

#[test]
fn entities_comments_and_scripts_are_not_taken_for_content() {
    let page = page(
        "<!doctype html><title>Fish &amp; Chips</title><!-- <form action=/no></form> -->
         <script>document.write('<form action=/no></form>')</script><style>form > input {}</style>
         <form action=/a?b=1&amp;c=2><input name=q value='&quot;&#x20AC;&quot;'><textarea name=t>
&lt;form action=/no></textarea></form>",
    );
    assert_eq!(page.title, "Fish & Chips");
    assert!(page.has_script);
    assert_eq!(page.forms.len(), 1);
    assert_eq!(page.forms[0].action.query(), Some("b=1&c=2"));
    let values: Vec<&str> = page.forms[0].controls.iter().map(|control| control.value.as_str()).collect();
    assert_eq!(values, ["\"€\"", "<form action=/no>"]);
}

#[test]
fn what_stands_there_for_browsers_without_scripts_counts() {
    let page = page("<noscript><form method=post action=/plain><button>Go on</button></form></noscript>");
    assert_eq!(page.forms[0].action.path(), "/plain");
    assert_eq!(page.forms[0].controls[0].text, "Go on");
}

#[test]
fn marked_fields_end_where_their_element_ends() {
    let page = page(
        r#"<ul><li data-field=a>one <b>two</b><li data-field=b>three</ul>after
           <div data-field=c>x<div>y</div> z</div>after<p data-field=d>four<p>five
           <input data-field=e value="WL 1" readonly><input data-field=f>rest<output data-field=g></output>"#,
    );
    let fields: Vec<_> = page.fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(
        fields,
        [("a", "one two"), ("b", "three"), ("c", "xy z"), ("d", "four"), ("e", "WL 1"), ("g", "")]
    );
}

#[test]
fn errors_are_read_from_their_elements_only() {
    let page = page(
        r#"<div role=alert><h2>There is a problem</h2> <p>Too much</p></div>
           <input class="field--error" name=amount><span class="hint">Up to 100</span>
           <p class=error-message></p><p>Bye"#,
    );
    assert_eq!(page.alerts, ["There is a problem Too much"]);
}

#[test]
fn broken_and_hostile_pages_are_read_as_far_as_they_go() {
    let nested = "<div data-field=x>".repeat(50_000);
    let unclosed =
        ["<form", "<form action=/a><input name=\"a", "</form></form></p>", "<select><option>", "\u{0}<"];
    for html in unclosed.into_iter().chain([nested.as_str()]) {
        page(html);
    }
    assert_eq!(names(&page("<form><select name=s><option value=1>One"), 0), ["s"]);
}
