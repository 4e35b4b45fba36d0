// The Stellar SDK against the sandbox's Horizon and the anchor's SEP-1 and SEP-10.
//
// usage: node sdk.mjs ANCHOR_URL HORIZON_URL
// Prints one JSON object and exits with 0, or says what differs and exits with 1.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import {
  Asset, BASE_FEE, Horizon, Keypair, Memo, Networks, Operation, StellarToml, TransactionBuilder, WebAuth,
} from "@stellar/stellar-sdk";

// Node 18, which older Debians have, keeps it to itself.
globalThis.crypto ??= webcrypto;

const [anchor, horizonUrl] = process.argv.slice(2);
const domain = new URL(anchor).host;
const server = new Horizon.Server(horizonUrl, { allowHttp: true });

const within = (what, promise) =>
  Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(() => reject(new Error(`waited in vain for ${what}`)), 60_000)),
  ]);

async function submit(key, memo, ...operations) {
  const account = await server.loadAccount(key.publicKey());
  const builder = new TransactionBuilder(account, { fee: BASE_FEE, networkPassphrase: Networks.TESTNET });
  operations.forEach((operation) => builder.addOperation(operation));
  const transaction = builder.addMemo(memo).setTimeout(60).build();
  transaction.sign(key);
  return server.submitTransaction(transaction);
}

async function fund() {
  const key = Keypair.random();
  const answer = await fetch(`${horizonUrl}/friendbot?addr=${key.publicKey()}`);
  assert.equal(answer.status, 200, await answer.text());
  return key;
}

async function balanceOf(key, asset) {
  const { balances } = await server.loadAccount(key.publicKey());
  return balances.find((line) => line.asset_code === asset.code && line.asset_issuer === asset.issuer)?.balance;
}

// SEP-1
const toml = await StellarToml.Resolver.resolve(domain, { allowHttp: true });
assert.equal(toml.NETWORK_PASSPHRASE, Networks.TESTNET);
assert.equal(toml.WEB_AUTH_ENDPOINT, `${anchor}/auth`);

// Accounts, a trustline, payments of an issued asset and of XLM.
const [issuer, alice, bob] = [await fund(), await fund(), await fund()];
const asset = new Asset("TEST", issuer.publicKey());
await submit(alice, Memo.none(), Operation.changeTrust({ asset, limit: "1000" }));
await submit(bob, Memo.none(), Operation.changeTrust({ asset }));
await submit(issuer, Memo.none(), Operation.payment({ destination: alice.publicKey(), asset, amount: "100" }));

// A stream receives what comes while it is open, with the memo beside it.
const streamed = [];
let close;
const live = within(
  "streamed payments",
  new Promise((resolve, reject) => {
    close = server
      .payments()
      .forAccount(bob.publicKey())
      .cursor("now")
      .join("transactions")
      .stream({
        onmessage: (payment) => {
          streamed.push(payment);
          if (streamed.length === 3) resolve();
        },
        onerror: (error) => error?.status && reject(new Error(`the stream answered ${error.status}`)),
      });
  }),
);
await new Promise((resolve) => setTimeout(resolve, 500));
for (const amount of ["1.5", "2.25", "3"]) {
  const destination = bob.publicKey();
  await submit(alice, Memo.text(`pay ${amount}`), Operation.payment({ destination, asset, amount }));
}
await live;
close();
assert.deepEqual(streamed.map((payment) => payment.amount), ["1.5000000", "2.2500000", "3.0000000"]);

// A stream that begins at a cursor gives what came after it, once each.
const resumed = [];
await within(
  "resumed payments",
  new Promise((resolve) => {
    close = server
      .payments()
      .forAccount(bob.publicKey())
      .cursor(streamed[0].paging_token)
      .stream({
        onmessage: (payment) => {
          resumed.push(payment.id);
          if (resumed.length === 2) resolve();
        },
      });
  }),
);
close();
assert.deepEqual(resumed, streamed.slice(1).map((payment) => payment.id));

// Pages, with the transaction's memo.
const page = await server.payments().forAccount(bob.publicKey()).order("desc").limit(2).join("transactions").call();
assert.deepEqual(page.records.map((payment) => payment.amount), ["3.0000000", "2.2500000"]);
const transaction = await page.records[0].transaction();
assert.equal(transaction.memo, "pay 3");
const older = await page.next();
assert.equal(older.records[0].amount, "1.5000000");

// What fails in a ledger and what is refused at the door both say why.
const overdrawn = Operation.payment({ destination: bob.publicKey(), asset, amount: "1000" });
const failed = await submit(alice, Memo.none(), overdrawn).catch((error) => error.response);
assert.equal(failed.status ?? failed.data?.status, 400);
const codes = (failed.data ?? failed).extras.result_codes;
assert.deepEqual(codes, { transaction: "tx_failed", operations: ["op_underfunded"] });
const stale = new TransactionBuilder(await server.loadAccount(alice.publicKey()), {
  fee: BASE_FEE,
  networkPassphrase: Networks.PUBLIC,
})
  .addOperation(overdrawn)
  .setTimeout(60)
  .build();
stale.sign(alice);
const forged = await server.submitTransaction(stale).catch((error) => error.response);
assert.equal((forged.data ?? forged).extras.result_codes.transaction, "tx_bad_auth");

assert.equal(await balanceOf(alice, asset), "93.2500000");
assert.equal(await balanceOf(bob, asset), "6.7500000");
assert.ok(Number((await server.feeStats()).max_fee.mode) >= 100);
assert.ok((await server.ledgers().order("desc").limit(1).call()).records[0].sequence > 1);
await assert.rejects(server.loadAccount(Keypair.random().publicKey()), (error) => error.response.status === 404);

// SEP-10, as the SDK verifies a challenge.
const asked = await (await fetch(`${toml.WEB_AUTH_ENDPOINT}?account=${alice.publicKey()}`)).json();
const challenge = WebAuth.readChallengeTx(
  asked.transaction, toml.SIGNING_KEY, asked.network_passphrase, domain, domain,
);
assert.equal(challenge.clientAccountID, alice.publicKey());
challenge.tx.sign(alice);
const login = (transaction) =>
  fetch(toml.WEB_AUTH_ENDPOINT, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ transaction }),
  });
const answer = await login(challenge.tx.toXDR());
assert.equal(answer.status, 200);
const { token } = await answer.json();
const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
assert.equal(claims.sub, alice.publicKey());
assert.equal((await login(challenge.tx.toXDR())).status, 400, "a challenge is good for one token");

console.log(JSON.stringify({ streamed: streamed.length, resumed: resumed.length, sub: claims.sub }));
process.exit(0);
