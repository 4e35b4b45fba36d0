//! The store's figures, each beside its limit in the same run: `figure NAME VALUE UNIT limit VALUE ratio R spread S`.
//!
//! `cargo bench -p windlass-store` runs all; names behind `--` choose some. Value and limit are medians over rounds in
//! which the two take turns, the ratio is the median of the rounds' ratios, the spread their smallest and largest.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench that meets what it does not expect has failed"
)]

mod append;
mod events;
mod lag;
mod rebuild;
mod replay;
mod rounds;
mod stores;
mod ten_million;

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|want| name.contains(want.as_str()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let Ok(url) = std::env::var(lag::WRITER) {
        return runtime.block_on(lag::write(&url));
    }
    runtime.block_on(async {
        for writers in [1, 8, 32] {
            if is_wanted(&format!("append_postgres_{writers}")) {
                append::postgres(writers).await;
            }
        }
        if is_wanted("append_sqlite_full_8") {
            append::sqlite(8).await;
        }
        if is_wanted("replay_postgres") {
            replay::postgres().await;
        }
        if is_wanted("replay_sqlite") {
            replay::sqlite().await;
        }
        if is_wanted("rebuild_postgres") {
            rebuild::postgres().await;
        }
        if is_wanted("rebuild_sqlite") {
            rebuild::sqlite().await;
        }
        if is_wanted("handler_lag_p99") {
            lag::postgres().await;
        }
        if is_wanted("at_10m") {
            ten_million::postgres().await;
        }
    });
}
