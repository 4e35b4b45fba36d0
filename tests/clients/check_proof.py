#!/usr/bin/env python3
"""Checks a Windlass proof alone, as docs/tamper-evidence.md describes it: check_proof.py [--key G...]... FILE"""
import argparse, base64, binascii, datetime, hashlib, json, re, sys

TEXT, HASH, NUMBER, TIME = "text", "hash", (0, 2**64 - 1), (-2**63, 2**63 - 1)
ROOT = {"log": TEXT, "size": NUMBER, "root": HASH, "previous": HASH, "signed_at": TIME, "key": TEXT,
        "signature": TEXT}
EVENT = {"sequence": NUMBER, "event_type": TEXT, "event_version": TEXT, "payload": TEXT, "metadata": TEXT,
         "recorded_at": TIME, "index": NUMBER, "path": [HASH]}
PROOF = {"format": TEXT, "stream": {"aggregate_type": TEXT, "aggregate_id": TEXT}, "events": [EVENT],
         "signed_root": ROOT, "consistency": {"from": ROOT, "path": [HASH]},
         "published": [{"id": HASH, "transaction": HASH, "network": TEXT}]}
OPTIONAL = ("previous", "consistency", "published")

def need(holds, why):
    if not holds:
        raise ValueError(why)

def shaped(value, shape, name):
    """The value with hashes as bytes, if it has exactly these fields and types."""
    if isinstance(shape, list):
        need(type(value) is list, f"{name} is no list")
        return [shaped(item, shape[0], f"{name}[{at}]") for at, item in enumerate(value)]
    if isinstance(shape, dict):
        need(type(value) is dict and not value.keys() - shape.keys(), f"{name} has other fields than it should")
        need(shape.keys() - value.keys() <= set(OPTIONAL), f"{name} has not got all its fields")
        return {field: None if field in OPTIONAL and value.get(field) is None else
                shaped(value[field], of, f"{name}.{field}") for field, of in shape.items()}
    need(type(value) is (str if shape in (TEXT, HASH) else int), f"{name} is of another type")
    need(type(value) is str or shape[0] <= value <= shape[1], f"{name} is no number of 64 bits")
    need(shape is not HASH or re.fullmatch("[0-9a-f]{64}", value), f"{name} is no hash")
    return bytes.fromhex(value) if shape is HASH else value

def once(pairs):
    need(len(pairs) == len({name for name, _ in pairs}), "a field is there twice")
    return dict(pairs)

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def leaf_hash(stream, event):
    fields = [stream["aggregate_type"], stream["aggregate_id"], event["sequence"], event["event_type"],
              event["event_version"], event["payload"], event["metadata"], event["recorded_at"] % 2**64]
    return sha256(b"\x00windlass event v1\n", *(
        field.to_bytes(8, "big") if type(field) is int else len(field.encode()).to_bytes(8, "big") + field.encode()
        for field in fields))

def climb(at, last, path, roots, what):
    """RFC 9162, 2.1.3.2 and 2.1.4.2: the hashes in `roots` led upwards; only the last takes sisters on the right."""
    for sister in path:
        need(last != 0, f"the path of {what} is too long")
        if at & 1 or at == last:
            roots = [sha256(b"\x01", sister, root) for root in roots]
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            roots[-1] = sha256(b"\x01", roots[-1], sister)
        at, last = at >> 1, last >> 1
    need(last == 0, f"the path of {what} is too short")
    return roots

def check_consistency(old, new, path):
    what = "the earlier root"
    need(old["log"] == new["log"], f"{what} is of another log")
    need(old["size"] <= new["size"], f"{what} is of a longer log")
    if old["size"] in (0, new["size"]):  # new has the events, so its size is not 0
        known = new["root"] if old["size"] else sha256()
        return need(not path and old["root"] == known, f"{what} is of another history")
    need(path, f"the path of {what} is too short")
    first, *path = path if old["size"] & (old["size"] - 1) else [old["root"], *path]
    at, last = old["size"] - 1, new["size"] - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found = climb(at, last, path, [first, first], what)
    need(found == [old["root"], new["root"]], f"{what} is of another history")

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032, section 5.1
D = -121665 * pow(121666, -1, P) % P

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        result, point, scalar = add(result, point) if scalar & 1 else result, add(point, point), scalar >> 1
    return result

def decompress(encoded):
    y, sign = int.from_bytes(encoded, "little") & (2**255 - 1), encoded[31] >> 7
    need(y < P, "the key is no point of the curve")
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    x = x if x * x % P == xx else x * pow(2, (P - 1) // 4, P) % P
    need(x * x % P == xx and (x or not sign), "the key is no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P

def signs(public, message, signature):
    """R = sB - kA, where neither R nor A is a point of small order."""
    base, key = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little")), decompress(public)
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    r = add(multiply(s, base), multiply(8 * L - k, key))
    x, y = (part * pow(r[2], -1, P) % P for part in r[:2])
    small = any(multiply(8, point)[0] == 0 for point in (key, r))
    return s < L and not small and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]

def public_key(text):
    """The 32 bytes of a G... address: base32 of a version byte, the key, and a CRC16 (XModem, little-endian)."""
    need(re.fullmatch("G[A-Z2-7]{55}", text), "a key is no G... address")
    raw = base64.b32decode(text)
    crc = int.from_bytes(raw[33:], "little")
    need(raw[0] == 6 << 3 and binascii.crc_hqx(raw[:33], 0) == crc, "a key has a wrong checksum")
    return raw[1:33]

def check_root(root, trusted):
    """The root's id, if its signature holds and its key is trusted."""
    need(re.fullmatch("[A-Za-z0-9-]{1,64}", root["log"]), "the log's name has other letters than it may")
    previous = root["previous"].hex() if root["previous"] else "none"
    text = (f"windlass signed root v1\nlog {root['log']}\nsize {root['size']}\nroot {root['root'].hex()}\n"
            f"previous {previous}\nsigned_at {root['signed_at']}\nkey {root['key']}\n").encode()
    public, signature = public_key(root["key"]), base64.b64decode(root["signature"], validate=True)
    canonical = base64.b64encode(signature).decode() == root["signature"]
    need(len(signature) == 64 and canonical, "a signature is no base64 of 64 bytes")
    need(signs(public, text, signature), f"the root of size {root['size']} is not signed by {root['key']}")
    need(not trusted or root["key"] in trusted, f"{root['key']} signed, which is not trusted")
    return sha256(text)

def signed(root):
    time = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=root["signed_at"])
    return f"were signed by {root['key']} at {time.isoformat()}Z"

def check(proof, trusted):
    need(proof["format"] == "windlass-proof-1", "this is no windlass-proof-1")
    stream, events, root, consistency = proof["stream"], proof["events"], proof["signed_root"], proof["consistency"]
    ids, before = {check_root(root, trusted)}, -1
    need(events, "there are no events")
    for expected, event in enumerate(events, 1):
        name = f"event {expected}"
        need(event["sequence"] == expected, f"{name} is not where it should be")
        need(before < event["index"] < root["size"], f"{name} has an impossible place in the log")
        found = climb(event["index"], root["size"] - 1, event["path"], [leaf_hash(stream, event)], name)
        need(found == [root["root"]], f"{name} is not in the log as it stands here")
        before = event["index"]
    told = ", ".join(f"{event['event_type']} (leaf {event['index']})" for event in events)
    line = (f"proven: {stream['aggregate_type']} {stream['aggregate_id']} begins with {told} in log {root['log']}, "
            f"whose first {root['size']} leaves {signed(root)}")
    if consistency:
        old = consistency["from"]
        ids.add(check_root(old, trusted))
        check_consistency(old, root, consistency["path"])
        line += f"; its first {old['size']} leaves {signed(old)}"
    for published in proof["published"] or []:
        need(published["id"] in ids, "what was published is no root of this proof")
        line += (f"; look for memo hash {published['id'].hex()} in transaction {published['transaction'].hex()} "
                 f"on {published['network']}")
    return line

if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--key", action="append", metavar="G...", help="a trusted key; else any, and it is named")
    options.add_argument("file")
    options = options.parse_args()
    try:
        with open(options.file, encoding="utf-8") as file:
            document = json.load(file, object_pairs_hook=once)
        print(ascii(check(shaped(document, PROOF, "the proof"), options.key))[1:-1])
    except (OSError, ValueError, OverflowError, RecursionError) as error:
        sys.exit(f"not proven: {error}")
