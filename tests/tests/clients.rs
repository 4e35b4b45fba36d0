//! Others' SDKs against the anchor and the sandbox's Horizon.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use windlass_tests::{On, Program, World};

#[tokio::test(flavor = "multi_thread")]
async fn the_javascript_sdk_funds_pays_streams_and_logs_in() {
    let outcome = async {
        let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
        ensure!(
            clients.join("node_modules").exists(),
            "the clients are not installed: run ./test.sh, or npm ci in {}",
            clients.display()
        );
        let world = World::begin(&Program::at(env!("CARGO_BIN_EXE_windlass-under-test")), On::Sqlite).await?;
        let horizon = format!("{}/horizon", world.sandbox_url());
        let mut node = Command::new("node");
        node.arg("sdk.mjs").arg(world.anchor_url()).arg(horizon).current_dir(clients);
        let output =
            tokio::task::spawn_blocking(move || node.output()).await?.context("node cannot be started")?;
        let (said, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{said}\n{errors}\n{}", world.logs());
        ensure!(said.contains(r#""streamed":3,"resumed":2"#), "{said}");
        Ok(())
    };
    let outcome: Result<()> = outcome.await;
    outcome.unwrap();
}
