//! Results of the real engine, with the names that Horizon gives to their codes (`golden/results.txt`).

use windlass_stellar::ResultNames;

#[test]
fn the_codes_of_a_result_have_horizons_names() {
    let given = |text: &str| (text != "-").then(|| text.to_owned());
    let mut wrong = Vec::new();
    for line in include_str!("golden/results.txt").lines() {
        let [xdr, transaction, inner, operations] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("four columns, not {line}");
        };
        let expected = ResultNames {
            transaction: transaction.to_owned(),
            inner_transaction: given(inner),
            operations: given(operations)
                .map(|all| all.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
        };
        let named = ResultNames::read(xdr).unwrap();
        if named != expected {
            wrong.push((named, expected));
        }
    }
    assert!(wrong.is_empty(), "named and expected: {wrong:#?}");
}

#[test]
fn whatever_is_no_result_is_refused() {
    for text in ["", "no result", "AAAA", "AAAAAAAAAGQAAAAAAAAAAf////8="] {
        assert!(ResultNames::read(text).is_err(), "{text}");
    }
}
