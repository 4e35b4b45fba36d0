//! That a person was erased is remembered, with the reason.

use cqrs_es::test::TestFramework;
use windlass_domain::customer::{Customer, CustomerEvent, Erase, NoReason};

fn erased(reason: &str) -> CustomerEvent {
    CustomerEvent::CustomerErased { reason: reason.into() }
}

#[test]
fn whoever_is_erased_is_remembered_as_such_and_can_be_erased_again() {
    TestFramework::<Customer>::with(())
        .given_no_previous_events()
        .when(Erase { reason: " they asked ".into() })
        .then_expect_events(vec![erased("they asked")]);
    TestFramework::<Customer>::with(())
        .given(vec![erased("they asked")])
        .when(Erase { reason: "they came back, and asked again".into() })
        .then_expect_events(vec![erased("they came back, and asked again")]);
}

#[test]
fn an_erasure_has_a_reason() {
    for reason in ["", "  ", &"x".repeat(501)] {
        TestFramework::<Customer>::with(())
            .given_no_previous_events()
            .when(Erase { reason: reason.into() })
            .then_expect_error(NoReason);
    }
}
