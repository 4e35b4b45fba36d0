//! RFC 9162's definitions, written down as they stand there: slow, and for leaves that are all in memory.

use windlass_merkle::Hash;

/// "the largest power of two smaller than n", for n > 1.
fn k(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// Section 2.1.1: MTH({}), MTH({d\[0\]}), MTH(D_n); the leaves are given by their hashes.
pub fn mth(d: &[Hash]) -> Hash {
    match d.len() {
        0 => Hash::of(b""),
        1 => d[0],
        n => Hash::of_node(&mth(&d[..k(n)]), &mth(&d[k(n)..])),
    }
}

/// Section 2.1.3.1: PATH(m, D_n).
pub fn path(m: usize, d: &[Hash]) -> Vec<Hash> {
    let n = d.len();
    if n == 1 {
        return vec![];
    }
    let k = k(n);
    if m < k {
        [path(m, &d[..k]), vec![mth(&d[k..])]].concat()
    } else {
        [path(m - k, &d[k..]), vec![mth(&d[..k])]].concat()
    }
}

/// Section 2.1.4.1: PROOF(m, D_n), for 0 < m < n.
pub fn proof(m: usize, d: &[Hash]) -> Vec<Hash> {
    subproof(m, d, true)
}

/// Section 2.1.4.1: SUBPROOF(m, D_n, b).
fn subproof(m: usize, d: &[Hash], b: bool) -> Vec<Hash> {
    let n = d.len();
    if m == n {
        return if b { vec![] } else { vec![mth(d)] };
    }
    let k = k(n);
    if m <= k {
        [subproof(m, &d[..k], b), vec![mth(&d[k..])]].concat()
    } else {
        [subproof(m - k, &d[k..], false), vec![mth(&d[..k])]].concat()
    }
}
