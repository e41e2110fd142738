#!/usr/bin/env python3
"""What files cost that were made to be dear: a Markdown table, seconds of processor time and
microseconds of it per byte.

    python3 benches/attacks.py [SIZE | NAME ...]   default 30000 120000, after `cargo build --release`

Each attack is a certificate or a log of about SIZE bytes, and takes as long as `smfg check`, `smfg
check --log` or `smfg-kernel` take until they refuse or accept it. Where the time per byte grows
with the size, the work is not in proportion to what is read. SMFG names another program.
"""

import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SMFG = os.environ.get("SMFG", str(ROOT / "target/release/smfg"))
KERNEL = os.environ.get("SMFG_KERNEL", str(ROOT / "target/release/smfg-kernel"))
LONGEST = 120.0

def info(game):
    done = subprocess.run(
        [SMFG, "info", game, "--format", "json"], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def header(game, epsilon="1/10", scope="all", selection="pessimistic", extra=""):
    hash_ = info(game)["game"]["hash"]
    return (
        f"smfg-certificate 1\ngame {hash_}\nepsilon {epsilon}\nselection {selection}\n"
        f"scope {scope}\n{extra}claim -1000 1000\n"
    )


def filled(head, part, size, tail=""):
    """`head`, `part(k)` for k = 0, 1, ... until the size is reached, `tail`."""
    text, length, k = [head], len(head), 0
    while length < size:
        text.append(part(k))
        length += len(text[-1])
        k += 1
    return "".join([*text, tail])


def digits(count, seed=1):
    rng = random.Random(seed)
    return "".join(rng.choices("123456789", k=count))


def model(name):
    return str(ROOT / f"models/{name}.toml")


def long_numbers(size):
    game = model("adoption")
    n = min(size // 4, 19000)
    head = header(game) + "decision 0\n"
    step = f"dynamic-programming 0 {digits(n)}/{digits(n, 2)} exact\n"
    return game, filled(head, lambda k: step, size)


def nested_cuts(size):
    game = model("adoption_continuous")
    head = header(game) + "at 1/2\nrange-bound -1000\ncover\n"
    return game, filled(head, lambda k: "cover-cut 0 1\n", size)


def nested_cuts_of_long_shares(size):
    game = model("adoption_continuous")
    head = header(game) + "at 1/2\nrange-bound -1000\ncover\n"
    return game, filled(head, lambda k: f"cover-cut 0 1 {digits(40, k)}/{10**40 + 7}\n", size)


def many_policies_of_a_cover(size):
    game = model("adoption_continuous")
    head = header(game) + "at 1/2\nrange-bound -1000\ncover\n"
    half = filled(head, lambda k: "cover-policy\nplay 0\n", size // 2)
    return game, filled(half, lambda k: f"cover-cut 0 1\ncover-response {k}:1 {k}:1\n", size)


def many_squares(size):
    game = model("opinion_continuous")
    head = header(game, scope="point 1") + "decision 0\ntree 0 rounded:60\n"
    half = filled(head, lambda k: "square 2 0 1 0 0 0 0 0\n", size // 2)
    return game, filled(half, lambda k: f"split 0 1/{k + 2}\nleaf 1 - - -\n", size)


def many_deviations(size):
    game = model("opinion_continuous")
    head = header(game, scope="point 1") + "decision 0\ntree 0 rounded:60\nsquare 2 0 1 0 0 0 0 0\n"
    half = filled(head, lambda k: "deviation\nplay 1 0\nplay 0*2\n", size // 2)
    return game, filled(half, lambda k: f"split 0 1/{k + 2}\nleaf 1 {k}:1 - -\n", size)


def deep_boxes(size):
    game = model("epidemic")
    head = header(game, scope="point 1/2") + "decision 0\nlifted-tree 0 rounded:46\n"
    return game, filled(head, lambda k: f"lifted-split 0 {2**46 - k - 1}\n", size)


def box_deviations(size):
    game = model("epidemic")
    head = header(game, scope="point 1/2") + "decision 0\nlifted-tree 0 rounded:46\n"
    half = filled(head, lambda k: "lifted-policy\nplay 0*2\nplay 0*2\n", size // 2)
    leaf = "lifted-leaf 0\n"
    return game, filled(half + leaf, lambda k: f"deviation {k} 1 0 0\n", size, "qed\n")


def box_products(size):
    game = model("epidemic")
    head = header(game, scope="point 1/2") + "decision 0\nlifted-tree 0 rounded:46\nlifted-leaf 0\n"
    return game, filled(head, lambda k: f"product 0 {k % 2} 1 {k}\n", size, "qed\n")


def confined_boxes(size):
    game = model("susceptible_infected_51")
    head = header(game) + "decision 0\nlifted-tree 0 rounded:46\n"
    return game, filled(head, lambda k: f"lifted-confine 0:0:{2**46 - k}\n", size)


def deep_patterns(size):
    game = model("rock_paper_scissors")
    head = header(game, epsilon="0") + "decision 0\nsupport-tree 0\n"
    return game, filled(head, lambda k: f"support-branch 0,{k % 2},{k // 2 % 3}\n", size)


def deep_multipliers(size):
    game = model("audit_continuous")
    head = header(game) + "multiplier-tree 40\n"
    return game, filled(head, lambda k: "multiplier-split 1\n", size)


def many_ranges(size):
    game = model("rock_paper_scissors")
    head = header(game) + "decision 0\n"
    return game, filled(head, lambda k: "range-bound -1000\nrange-witness 1000\n", size, "end\n")


def many_certificates(size):
    """A bundle of certificates, and conclusions that look for them."""
    game = model("adoption")
    steps = "decision 0\nrange-bound -1000\nrange-witness 1000\nend\n"
    one = header(game, scope="decision 0") + steps
    half = filled("smfg-bundle 1\n", lambda k: one, size // 2)
    hash_ = info(game)["game"]["hash"]
    last = f"smfg-conclusion 1\ngame {hash_}\noptimum reward decision 0 -1000 1000\nend\n"
    return game, filled(half, lambda k: last, size)


def many_drifts(size):
    game = model("tie")
    hash_ = info(game)["game"]["hash"]
    head = f"smfg-bundle 1\nsmfg-drift 1\ngame {hash_}\nerrors 1/10 0 1/10\n"
    return game, filled(head, lambda k: "drift decision 0 1000 1000\n", size, "end\n")


def long_expressions(size):
    """Every certificate of a bundle has an expression to be multiplied out."""
    game = model("epidemic")
    pairs = [(s, a) for s in ("susceptible", "infected") for a in ("out", "home")]
    masses = [f"mu[{state}, {action}]@0" for state, action in pairs]
    total = "+".join(f"{k + 1}*{mass}" for k, mass in enumerate(masses))
    one = header(game, scope="point 1/2", extra=f"of ({total})^40\n") + "decision 0\nend\n"
    return game, filled("smfg-bundle 1\n", lambda k: one, size)


def points_of_a_curve(size):
    game = model("adoption")
    hash_ = info(game)["game"]["hash"]
    count = size // 20
    head = (
        f"smfg-certificate 1\ngame {hash_}\nepsilon 0\nselection pessimistic\nscope all\n"
        f"curve {count}\n"
    )
    lines = "".join(f"value {k}/{count} -1000 1000\n" for k in range(count))
    return game, head + lines + "decision 0\nend\n"


def field_witness(size):
    game = model("susceptible_infected_51")
    head = header(game, epsilon="1000") + "decision 0\npopulation-witness 1000 1\npart 1\n"
    return game, head + "play 0:1/3,1:2/3*2\n" * 51 + "range-bound -1000\nend\n"


def rounded_witnesses(size):
    game = model("susceptible_infected_51")
    head = header(game, epsilon="1000") + "decision 0\n"
    one = "enclosed-witness 1000 rounded:60000\n" + "play 0:1/3,1:2/3*2\n" * 51
    return game, filled(head, lambda k: one, size)


def exact_witnesses(size):
    game = model("susceptible_infected_51")
    head = header(game, epsilon="1000") + "decision 0\n"
    one = "population-witness 1000 1\npart 1\n" + "play 0:1/3,1:2/3*2\n" * 51
    return game, filled(head, lambda k: one, size)


def tube_of_a_false_bound(size):
    """Cells ever finer for a bound that does not hold, with all the operations that are allowed."""
    rounds = lambda k: f" 0 0 51{f' {min(2 * k + 5, 24)} {min(2 * k + 4, 24)}' * 51}"
    count = max(1, size // 300)
    rest = "".join(map(rounds, range(count)))
    head = header(model("susceptible_infected_51"), "1/1000")
    tube = f"tube -1/2 {2**15} 4 1 {count}{rest}\n"
    return model("susceptible_infected_51"), f"{head}decision 0\n{tube}witness 0\n"


def one_line(size):
    return model("adoption"), "x" * size


def counted(head, parts, tail=""):
    """A list of a log: its length, then its parts."""
    parts = list(parts)
    return " ".join([head, str(len(parts)), *parts]) + tail


BOUND = "prove a bound 0 + 0 decision 0 -\n"


def log_of_rows(size):
    row = counted("divide mass", (f"0 0 1/{k + 2}" for k in range(size // 20)), " .\n")
    close = counted("close rows", ("r 0 1" for _ in range(size // 12)), " .\n")
    return model("adoption"), BOUND + row + close


def log_of_denominators(size):
    close = counted("close rows", (f"o 1/{k + 2}" for k in range(size // 9)), " .\n")
    return model("adoption"), BOUND + close


def log_of_losses(size):
    close = counted("close rows", ("e 1" for _ in range(size // 4)), " .\n")
    return model("susceptible_infected_51"), BOUND + close


def log_of_splits(size):
    form = lambda k: f"declare .\nderive constant 1*f{k} . rows 1 j {k} -1 .\n"
    half = filled(BOUND, form, size // 2)
    return model("adoption"), filled(half, lambda k: f"split f0 -{k + 1}\nempty\n", size)


def log_of_simplices(size):
    head = "prove a reached 0 + 0 all -\n"
    return model("incentive_design"), filled(head, lambda k: "simplices\nunfold 0\n", size)


def log_of_products(size):
    """The square of a polynomial with as many terms as the size allows."""
    forms = "declare constant 1*x0 .\n" * 3
    powers = lambda k: f"f0^{k % 16}*f1^{k // 16 % 16}*f2^{k // 256}"
    root = "+".join(["1", *(f"1/{k + 3}*{powers(k)}" for k in range(min(size // 25, 1000)))])
    return model("adoption"), BOUND + forms + f"close squares 1 1 {root} - .\n"


CERTIFICATES = [
    long_numbers, nested_cuts, nested_cuts_of_long_shares, many_policies_of_a_cover,
    many_squares, many_deviations, deep_boxes, box_deviations, box_products, confined_boxes,
    deep_patterns, deep_multipliers, many_ranges, many_certificates, many_drifts, long_expressions,
    points_of_a_curve, field_witness, rounded_witnesses, exact_witnesses,
    tube_of_a_false_bound, one_line,
]
LOGS = [
    log_of_rows, log_of_denominators, log_of_losses, log_of_splits, log_of_simplices,
    log_of_products,
]


def timed(command):
    start = used()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
        words = " ".join((done.stdout + done.stderr).split())
    except subprocess.TimeoutExpired:
        words = f"more than {LONGEST:g} s"
    return used() - start, words


def used():
    """Processor time of the programs that were run so far, so that others do not count."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def shortened(words):
    """The reason of a refusal."""
    for start in ("reason", "line ", "limit:"):
        if start in words:
            return words[words.index(start) :][:100]
    return words[-60:]


def measured(folder, attack, sizes, commands):
    for size in sizes:
        game, text = attack(size)
        path = folder / "attack.txt"
        path.write_text(text)
        row = []
        for command in commands:
            took, words = timed(command(game, path))
            row.append(f"{took:.2f} s, {took * 1e6 / len(text):.2f} us/byte")
        title = attack.__name__.replace("_", " ")
        print(f"| {title} | {len(text)} | {' | '.join(row)} | {shortened(words)} |", flush=True)


def main():
    words = sys.argv[1:]
    sizes = [int(word) for word in words if word.isdigit()] or [30_000, 120_000]
    named = [word for word in words if not word.isdigit()]
    chosen = lambda attack: not named or any(name in attack.__name__ for name in named)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        log = folder / "log"
        check = lambda game, path: [SMFG, "check", game, path, "--quiet"]
        prove = lambda game, path: [*check(game, path), "--log", log, "--force"]
        print("| attack | bytes | check | check --log | ends with |\n|---|---|---|---|---|")
        for attack in filter(chosen, CERTIFICATES):
            measured(folder, attack, sizes, [check, prove])
        print("\n| attack | bytes | smfg-kernel | ends with |\n|---|---|---|---|")
        for attack in filter(chosen, LOGS):
            game, _ = attack(100)
            listing = folder / "listing"
            text = subprocess.run([SMFG, "info", game, "--listing"], capture_output=True).stdout
            listing.write_bytes(text)
            measured(folder, attack, sizes, [lambda game, path: [KERNEL, listing, path]])


if __name__ == "__main__":
    main()
