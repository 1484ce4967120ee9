# Asks dkimpy: the file of key records, then messages as arguments; a line for each signature: file, selector, result, by tabs.
import re
import sys

import dkim

with open(sys.argv[1], encoding="ascii") as lines:
    records = dict(line.rstrip("\n").split(" ", 1) for line in lines)


def txt(name, timeout=5):
    return records.get(name.decode("ascii").rstrip(".").lower(), "").encode("ascii") or None


for path in sys.argv[2:]:
    with open(path, "rb") as file:
        message = file.read()
    header = message.split(b"\r\n\r\n", 1)[0]
    fields = re.findall(rb"^dkim-signature:((?:.*\r\n[ \t])*.*)", header, re.I | re.M)
    for index, field in enumerate(fields):
        selector = re.search(rb"[;\s]s=([^;\s]+)", field)
        if selector is None:
            continue
        try:
            good = dkim.DKIM(message).verify(idx=index, dnsfunc=txt)
            result = "pass" if good else "fail"
        except Exception as fault:
            result = f"{type(fault).__name__}: {fault}"
        print(path, selector.group(1).decode(), result, sep="\t")
