//! The real program, built with its crash points.

fn main() -> std::process::ExitCode {
    windlass::run()
}
