//! Starts a server, prints its address and its folder, and ends with its standard input (Ctrl-D).

use windlass_test_postgres::shared_cluster;

fn main() -> anyhow::Result<()> {
    let cluster = shared_cluster()?;
    println!("{}\n{}", cluster.url("postgres"), cluster.folder().display());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}
