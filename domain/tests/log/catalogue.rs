//! `docs/events.md` says what the code says. `UPDATE_DOCS=1 cargo test -p windlass-domain catalogue` writes it anew.

use std::{env, fs, path::Path};

use super::{render::catalogue, replay::files, source::Sources};

#[test]
fn the_catalogue_of_events_says_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/events.md");
    let steps: Vec<_> = files().into_iter().flat_map(|(_, steps)| steps).collect();
    let catalogue = catalogue(&Sources::read(), &steps);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &catalogue).unwrap();
    }
    for link in catalogue.split("(#type-").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(catalogue.to_lowercase().contains(&format!("### type {link}\n")), "{link} is not described");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == catalogue,
        "docs/events.md is out of date: UPDATE_DOCS=1 cargo test -p windlass-domain catalogue"
    );
}
