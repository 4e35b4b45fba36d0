//! The reference by which a credit in a rail's statement names its transfer: `WL` and ten letters or digits.

const PREFIX: &str = "WL";
/// Letters and digits that nobody mistakes for others.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 12;
/// A statement line has room for a few; whoever writes more is not looking for a transfer.
const MOST_CANDIDATES: usize = 16;

/// A new reference.
pub(crate) fn new(random: [u8; 10]) -> String {
    let letter = |byte: u8| ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'A') as char;
    PREFIX.chars().chain(random.map(letter)).collect()
}

/// Each place in what a payer wrote where a reference may stand: people add words, drop case and put spaces. A name can
/// look like one too, so only those that were given out are references.
pub(crate) fn candidates(written: &str) -> Vec<String> {
    let letters: String =
        written.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let at = letters.match_indices(PREFIX).filter_map(|(at, _)| letters.get(at..at + LENGTH));
    let whole = |text: &&str| text.bytes().all(|byte| ALPHABET.contains(&byte));
    at.filter(whole).take(MOST_CANDIDATES).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_reference_is_found_however_people_write_it() {
        let reference = new([0, 1, 2, 3, 4, 5, 6, 7, 24, 255]);
        assert_eq!(reference, "WLABCDEFGH29");
        for written in [
            "WLABCDEFGH29",
            "wlabcdefgh29",
            "Invoice WLABCDEFGH29, thanks",
            "WL ABCD EFGH 29",
            "ref. WL-ABCD-EFGH-29 / June",
            "WLADYSLAWSKA WLABCDEFGH29",
        ] {
            assert!(candidates(written).contains(&reference), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_a_reference_is_none() {
        for written in ["", "Rent", "WLABC", "XXABCDEFGH29", "WLABCDEFGH20", "WŁABCDEFGH29", "Wlodarczykow"]
        {
            assert_eq!(candidates(written), Vec::<String>::new(), "{written}");
        }
        assert_eq!(candidates(&"WLABCDEFGH29".repeat(1000)).len(), MOST_CANDIDATES);
    }
}
