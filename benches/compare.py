#!/usr/bin/env python3
"""Compares what another solver says with the certified values of the collection.

    python3 benches/compare.py SOLVER             a folder with claims, or one JSON file with a list
    python3 benches/compare.py SOLVER --verify    policies are evaluated by `smfg verify`, too

Claims are objects:

    {"instance": "braess", "epsilon": "0", "selection": "pessimistic", "value": -1.5, "seconds": 1}

`selection` is pessimistic and `epsilon` 0 where they are not given. A folder has one claim or a
list of them per file *.json; a file without `instance` is named after its instance. Claims may have
a `policy` besides, with `exploitability` and `leader_reward`, as `smfg verify` reads them
(docs/verify.md).

Prints a table in Markdown: per claim the certified bounds, the claimed value, how far it lies
outside of them, and the verdict: `right` within --tolerance times max(1, |value|), `wrong`, or
`undecided` where the bounds are farther apart than that and the claim is between them. Exit status 1 when some
claim is wrong. Needs Python 3.11 alone.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
from fractions import Fraction

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEYS = ("policy", "occupation", "decision", "exploitability", "leader_reward", "tolerance")


def claims(place):
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    for file in files:
        read = json.loads(file.read_text())
        for claim in read if isinstance(read, list) else [read]:
            yield {"instance": file.stem, "epsilon": "0", "selection": "pessimistic", **claim}


def number(value):
    return Fraction(value) if isinstance(value, (int, float, str)) else None


def certified(index, claim):
    """The certified value that a claim is about, or why there is none."""
    instance = next((i for i in index["instances"] if i["id"] == claim["instance"]), None)
    if instance is None:
        return None, "no such instance"
    for value in instance["values"]:
        same = Fraction(value["epsilon"]) == Fraction(str(claim["epsilon"]))
        if same and value["selection"] == claim["selection"]:
            return value, ""
    return None, "no value at this epsilon"


def compared(value, claim, tolerance):
    """Distance of a claim from the certified bounds, and the verdict."""
    said = number(claim.get("value"))
    if said is None:
        return None, "no value claimed"
    lower, upper = Fraction(value["lower"]), Fraction(value["upper"])
    outside = max(lower - said, said - upper, Fraction(0))
    scale = max(1, abs(lower), abs(upper))
    if outside > tolerance * scale:
        return outside, "wrong"
    if max(said - lower, upper - said) <= tolerance * scale:
        return outside, "right"
    return outside, "undecided"


def verified(program, claim):
    """What `smfg verify` says of the policy of a claim."""
    with tempfile.TemporaryDirectory() as folder:
        words = [program, "models", claim["instance"], "--format", "json"]
        made = subprocess.run(words, capture_output=True, text=True)
        game = json.loads(made.stdout)["instances"][0]["game"]
        extension = ".toml" if game.get("file", "").endswith(".toml") else ".json"
        path = pathlib.Path(folder) / f"game{extension}"
        subprocess.run([program, "models", claim["instance"], "--write", path], capture_output=True)
        file = pathlib.Path(folder) / "claim.json"
        kept = {key: claim[key] for key in KEYS if key in claim}
        file.write_text(json.dumps({"format": "smfg-claim/1", **kept}))
        done = subprocess.run(
            [program, "verify", path, file, "--no-solve", "--format", "json", "--quiet"],
            capture_output=True, text=True,
        )
    if done.returncode not in (0, 1):
        return done.stderr.strip().replace("\n", " ")
    checks = json.loads(done.stdout)["checks"]
    failed = [check["quantity"] for check in checks if check["holds"] is not True]
    return "fails: " + ", ".join(failed) if failed else "holds"


def shown(value):
    return "" if value is None else f"{float(value):.9g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("solver", type=pathlib.Path)
    parser.add_argument("--tolerance", type=Fraction, default=Fraction(1, 10**6))
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--program", default="smfg")
    parser.add_argument("--index", type=pathlib.Path, default=ROOT / "models" / "index.json")
    arguments = parser.parse_args()
    sys.set_int_max_str_digits(0)
    index = json.loads(arguments.index.read_text())
    head = ["instance", "eps", "selection", "at least", "at most", "claimed", "off by", "verdict"]
    head += ["seconds"] + (["policy"] if arguments.verify else [])
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    wrong = 0
    for claim in claims(arguments.solver):
        value, reason = certified(index, claim)
        outside, verdict = (None, reason) if value is None else compared(
            value, claim, arguments.tolerance
        )
        wrong += verdict == "wrong"
        row = [
            claim["instance"], str(claim["epsilon"]), claim["selection"],
            shown(value and Fraction(value["lower"])), shown(value and Fraction(value["upper"])),
            shown(number(claim.get("value"))), shown(outside), verdict,
            str(claim.get("seconds", "")),
        ]
        if arguments.verify:
            has = "policy" in claim or "occupation" in claim
            row.append(verified(arguments.program, claim) if has else "")
        print("| " + " | ".join(row) + " |")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
