"""Writes the claim files of this folder, with numpy 2: python make.py. The expected verdicts are in cases.toml."""

import json
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
STAGES, STATES, ACTIONS = 4, 3, 2


def policy(x, stages=STAGES):
    """Probability x of the bridge, except for those who are away."""
    array = np.empty((stages, STATES, ACTIONS))
    array[...] = (x, 1 - x)
    array[:, 2] = (0, 1)
    return array


def occupation(x):
    array = np.zeros((STAGES, STATES, ACTIONS))
    for t in range(STAGES):
        array[t, t % 2] = (x, 1 - x)
    return array


def claim(name, text=None, **keys):
    if text is None:
        keys = {"format": "smfg-claim/1"} | keys
        keys = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in keys.items() if value is not None}
        text = json.dumps(keys)
    (HERE / f"{name}.json").write_text(text + "\n")


def changed(array, index, value):
    array = array.copy()
    array[index] = value
    return array


def text_of(array, index, word):
    """A claim about the free road whose entry at index is the bare word."""
    document = {"format": "smfg-claim/1", "decision": "free", "policy": changed(array, index, 123456).tolist()}
    return json.dumps(document).replace("123456.0", word)


def documents():
    even, quarter, crowd = policy(0.5), policy(0.25), policy(0.75)
    numbers = {"exploitability": 0, "leader_reward": 0.25, "follower_value": -2, "follower_reward": -2, "value": 0.25}
    claim("right", decision="priced", policy=quarter, **numbers)
    claim("right_fractions", decision="priced", policy=[[["1/4", "3/4"], ["1/4", "3/4"], [0, 1]]] * 4, **(numbers | {"leader_reward": "1/4"}))
    claim("right_parameters", decision={"toll": "1/4"}, policy=quarter, exploitability=0)
    claim("right_assignment", decision="toll = 0.25", policy=quarter, exploitability=0)
    claim("overstated", decision="free", policy=crowd, exploitability=1)
    claim("understated", decision="free", policy=crowd, exploitability=0.5)
    claim("zero", decision="free", policy=crowd, exploitability=0)
    claim("negative_claim", decision="free", policy=even, exploitability=-1e-9)
    claim("negative_claim_forgiven_nowhere", decision="free", policy=even, exploitability=-1e-9, tolerance=1e-6)
    claim("understated_within_tolerance", decision="free", policy=crowd, exploitability=0.7499, tolerance=0.001)
    claim("reward_too_high", decision="priced", policy=quarter, leader_reward=0.26)
    claim("reward_too_low", decision="priced", policy=quarter, leader_reward=0.24)
    claim("reward_rounded", decision="priced", policy=quarter, leader_reward=0.2500001)
    claim("follower_value_wrong", decision="priced", policy=quarter, follower_value=-1)
    claim("value_too_high", decision="priced", policy=quarter, exploitability=0, value=0.3)
    claim("value_too_low", decision="priced", policy=quarter, exploitability=0, value=0.2)
    claim("worse_decision", decision="free", policy=even, exploitability=0)

    claim("nan", text_of(even, (1, 0, 1), "NaN"))
    claim("infinity", text_of(even, (3, 1, 0), "-Infinity"))
    claim("nan_text", decision="free", policy=[[["NaN", 1], [0.5, 0.5], [0, 1]]] * 4)
    claim("null_entry", decision="free", policy=[[[None, 1], [0.5, 0.5], [0, 1]]] * 4)
    claim("nan_number", '{"format": "smfg-claim/1", "decision": "free", "policy": [[[0]]], "exploitability": nan}')
    claim("huge_exponent", '{"format": "smfg-claim/1", "decision": "free", "policy": [[[1e999]]]}')
    claim("zero_denominator", decision="free", policy=[[["1/0"]]])
    claim("boolean_entry", decision="free", policy=[[[True]]])

    claim("shape", decision="free", policy=np.ones((5, 5, 5)))
    claim("transposed", decision="free", policy=even.transpose(2, 1, 0))
    claim("states_and_actions", decision="free", policy=even.transpose(0, 2, 1))
    claim("transposed_and_longer", decision="free", policy=policy(0.5, 5).transpose(1, 0, 2))
    claim("one_stage_more", decision="free", policy=policy(0.5, 5), exploitability=0)
    claim("one_stage_less", decision="free", policy=policy(0.5, 3), exploitability=0)
    claim("left_right_one_stage_less", policy=[[["2/3", "1/3"], [1, 0], [1, 0]]], exploitability=0, leader_reward="2/3")
    claim("two_axes", decision="free", policy=even[0])
    claim("flattened", decision="free", policy=even.reshape(12, 2))
    claim("scalar_lists", decision="free", policy=[])
    claim("ragged", decision="free", policy=[[[0.5, 0.5], [0.5]]])
    claim("mixed_depth", decision="free", policy=[[[0.5, 0.5], 0.5]])

    claim("rows_sum_to_7", decision="free", policy=changed(even, (2, 1), (3, 4)))
    claim("rows_sum_to_0", decision="free", policy=changed(even, (2, 1), (0, 0)))
    claim("percent", decision="free", policy=100 * even)
    claim("negative", decision="free", policy=changed(even, (0, 0), (-0.1, 1.1)))
    claim("slightly_negative", decision="free", policy=changed(even, (0, 1), (-1e-9, 1)), exploitability=0)
    claim("rows_off_a_little", decision="free", policy=[[["0.5000001", "0.5"], [0.5, 0.5], [0, 1]]] * 4, tolerance="1e-6", exploitability="1e-6")
    claim("rows_off_within_tolerance", decision="free", policy=changed(even, (0, 1), (0.501, 0.5)), tolerance=0.01, exploitability=0)
    claim("rows_off_beyond_tolerance", decision="free", policy=changed(even, (0, 1), (0.501, 0.5)))
    claim("unavailable", decision="free", policy=changed(even, (1, 2), (0.5, 0.5)))
    claim("unavailable_a_little", decision="free", policy=changed(even, (1, 2), (1e-8, 1)), exploitability=0)

    claim("unknown_decision", decision="medium", policy=even)
    claim("decision_outside", decision="toll=5", policy=even)
    claim("decision_outside_object", decision={"toll": 5}, policy=even)
    claim("decision_unknown_parameter", decision={"fine": 5}, policy=even)
    claim("decision_missing", policy=even)
    claim("decision_number", decision=7, policy=even)
    claim("wage_outside", decision={"wage": 2}, policy=[[[0, 1]]])
    claim("wage_inside", decision={"wage": "7/20"}, policy=[[["1/10", "9/10"]]], exploitability="1/100", leader_reward="81/100")

    claim("occupation", decision="free", occupation=occupation(0.5), exploitability=0)
    claim("occupation_no_flow", decision="free", occupation=changed(occupation(0.5), 2, [[0, 0], [0.5, 0.5], [0, 0]]))
    claim("occupation_mass_2", decision="free", occupation=2 * occupation(0.5))
    claim("occupation_as_policy", decision="free", policy=occupation(0.5))
    claim("both", decision="free", policy=even, occupation=occupation(0.5))
    claim("neither", decision="free", exploitability=0)
    claim("unknown_key", decision="free", policy=even, explotability=0)
    claim("no_format", json.dumps({"decision": "free", "policy": even.tolist()}))
    claim("other_format", format="smfg-result/1", decision="free", policy=even)
    claim("key_twice", '{"format": "smfg-claim/1", "policy": [[[1]]], "policy": [[[0]]]}')
    claim("no_json", "policy = [0.5, 0.5]")
    claim("a_list", "[1, 2]")
    claim("deep", '{"format": "smfg-claim/1", "policy": ' + "[" * 4000 + "]" * 4000 + "}")
    claim("tolerance_negative", decision="free", policy=even, tolerance=-1)
    claim("tolerance_one", decision="free", policy=even, tolerance=1)
    claim("missing_file", decision="free", policy="nowhere.npy")
    claim("array_beside", decision="free", policy="float64.npy", exploitability=0)
    (HERE / "no_text.json").write_bytes(b'{"format": "\xff"}')


def save(name, array, **options):
    np.save(HERE / f"{name}.npy", array, **options)


def npy(text, data=b""):
    text = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


def header(name, text, data=b""):
    (HERE / f"{name}.npy").write_bytes(npy(text, data))


def compressed(name, data):
    with zipfile.ZipFile(HERE / f"{name}.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("policy.npy", data)


def arrays():
    even = policy(0.5)
    save("float64", even)
    save("float32", even.astype("<f4"))
    save("float16", even.astype("<f2"))
    save("float32_third", policy(1 / 3).astype("<f4"))
    save("big_endian", even.astype(">f8"))
    save("fortran", np.asfortranarray(even))
    save("fortran_big_endian", np.asfortranarray(even.astype(">f4")))
    save("integers", policy(1).astype("<i8"))
    save("booleans", policy(1).astype("?"))
    save("nan_entry", changed(even, (2, 0, 1), np.nan))
    save("infinite_entry", changed(even, (0, 1, 0), -np.inf).astype("<f4"))
    save("objects", even.astype(object), allow_pickle=True)
    save("complex", even.astype("<c16"))
    save("records", np.zeros((4, 3, 2), dtype=[("p", "<f8")]))
    save("extended", even.astype("longdouble"))
    save("text", even.astype("U4"))
    save("dates", np.zeros((4, 3, 2), dtype="<M8[s]"))
    save("one_number", np.float64(1))
    whole = (HERE / "float64.npy").read_bytes()
    (HERE / "truncated.npy").write_bytes(whole[:-5])
    (HERE / "truncated_header.npy").write_bytes(whole[:40])
    (HERE / "trailing.npy").write_bytes(whole + b"\0")
    (HERE / "empty.npy").write_bytes(b"")
    (HERE / "no_array.npy").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (HERE / "future_version.npy").write_bytes(whole[:6] + b"\x09" + whole[7:])
    header("enormous", "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000, 1000), }")
    header("overflowing", "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }")
    header("negative_length", "{'descr': '<f8', 'fortran_order': False, 'shape': (-4, 3, 2), }")
    header("nested_header", "(" * 60000)
    # Each would cost the header's parser more than a second if it were not counted first.
    header("nested_dictionaries", "{" * 16)
    header("nested_dictionaries_closed", "{'}': " * 16)
    header("nested_lists", "[" * 64)
    (HERE / "header_of_4_gib.npy").write_bytes(b"\x93NUMPY\x02\x00" + b"\xff" * 4 + whole[10:])
    header("zero_axis", "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 18446744073709551615, 5), }".ljust(117))
    header("longest_axis", "{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 3, 2), }")
    header("boolean_7", "{'descr': '|b1', 'fortran_order': False, 'shape': (4, 3, 2), }", b"\x07" * 24)
    header("no_order", "{'descr': 'f8', 'fortran_order': False, 'shape': (4, 3, 2), }", bytes(192))
    np.savez(HERE / "single.npz", anything=even)
    np.savez_compressed(HERE / "compressed.npz", policy=even)
    np.savez(HERE / "two.npz", mean_field=np.zeros(3), policy=even)
    np.savez(HERE / "ambiguous.npz", first=even, second=even)
    # 10 MB of zeros each, the second behind a shape that fits.
    compressed("bomb", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (50000, 5, 5), }", bytes(10**7)))
    compressed("bomb_behind_shape", whole + bytes(10**7))
    np.savez(HERE / "occupation.npz", occupation=occupation(0.5))
    whole = (HERE / "single.npz").read_bytes()
    (HERE / "truncated.npz").write_bytes(whole[: len(whole) // 2])
    place = whole.index(b"\x93NUMPY") + 140
    (HERE / "damaged.npz").write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with zipfile.ZipFile(HERE / "no_arrays.npz", "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    (HERE / "array_named_npy.npy").write_bytes((HERE / "single.npz").read_bytes())
    (HERE / "other.csv").write_text("0.5,0.5\n")


documents()
arrays()
