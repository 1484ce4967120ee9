# RFC 9989 once more, straight from its clauses and as plainly as can be: one situation a line (JSON), its result a line (JSON).
# Written from the text alone, to disagree with the product wherever one of the two misreads it.
import json
import re
import sys

NAMES = {"v", "p", "sp", "np", "adkim", "aspf", "psd", "t", "rua", "ruf", "fo"}
POLICIES = ["none", "quarantine", "reject"]
URI_CHARACTERS = re.compile(r"^(?:[A-Za-z0-9\-._~:/?#\[\]@$&'()*+=]|%[0-9A-Fa-f]{2})*$")


class TemporaryError(Exception):
    pass


def tags_of(text):
    """The tags of a DMARC policy record; None for any other text (4.7 "v", RFC 6376 3.2 on duplicates)."""
    if not re.match(r"^[vV][ \t]*=[ \t]*DMARC1[ \t]*(;|$)", text):
        return None
    tags = {}
    for index, piece in enumerate(text.split(";")):
        match = re.match(r"^[ \t]*([A-Za-z][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*?)[ \t]*$", piece, re.S)
        if not match:
            continue  # 4.8: syntax errors in the remainder are ignored
        name = "v" if index == 0 else match.group(1)
        if name in tags:
            return None
        tags[name] = match.group(2)
    return tags


class Walker:
    def __init__(self, situation):
        self.records = situation["records"]
        self.queries = 0

    def record_at(self, domain):
        """4.10 steps 1, 2, 5 and 6."""
        self.queries += 1
        texts = self.records.get(domain, [])
        if texts == "timeout":
            raise TemporaryError(domain)
        found = [tags for tags in map(tags_of, texts) if tags is not None]
        return found[0] if len(found) == 1 else None

    def walk(self, start):
        """4.10: the records by their names, the longest first."""
        self.queries = 0
        found = []
        target = start
        record = self.record_at(target)
        if record is not None:
            found.append((target, record))
            if record.get("psd", "").lower() in ("y", "n"):
                return found
        labels = start.split(".")
        x = len(labels)  # step 3
        labels = labels[1:] if x < 8 else labels[-7:]  # step 4
        while labels:
            target = ".".join(labels)
            record = self.record_at(target)
            if record is not None:
                found.append((target, record))
                if record.get("psd", "").lower() in ("y", "n"):
                    break
            labels = labels[1:]  # step 7
        assert self.queries <= 8, self.queries
        return found

    def organization(self, start):
        """4.10.2."""
        found = self.walk(start)
        for domain, record in found:
            psd = record.get("psd", "").lower()
            if psd == "n":
                return domain
            if psd == "y" and domain != start:
                below = len(domain.split(".")) + 1
                return ".".join(start.split(".")[-below:])
        if found:
            return min(found, key=lambda one: len(one[0].split(".")))[0]
        return start


def valid_uri(text):
    text = re.sub(r"![0-9]+[kmgtKMGT]?$", "", text.strip(" \t"))
    scheme = re.match(r"^[A-Za-z][A-Za-z0-9+.\-]*:(.*)$", text, re.S)
    return scheme is not None and URI_CHARACTERS.match(scheme.group(1)) is not None


def judge(situation):
    walker = Walker(situation)
    author = situation["from"]
    try:
        # 4.10.1: the author domain, its organization, its public suffix.
        at, record = author, walker.record_at(author)
        if record is None:
            found = walker.walk(author)
            organization = walker.organization(author)
            places = dict(found)
            if organization in places:
                at, record = organization, places[organization]
            else:
                suffixes = [one for one in found if one[1].get("psd", "").lower() == "y"]
                if not suffixes:
                    return {"result": "none"}
                at, record = suffixes[0]
    except TemporaryError:
        return {"result": "temperror"}
    policies = {}
    sound = True
    for name in ("p", "sp", "np"):
        if name in record:
            policies[name] = record[name].lower()
            sound = sound and policies[name] in POLICIES
    sound = sound and "p" in policies
    if not sound:
        if not any(valid_uri(uri) for uri in record.get("rua", "").split(",")):
            return {"result": "none"}
        policy = "none"
    elif at == author:
        policy = policies["p"]
    else:
        # RFC 8020: everything above a name that exists is there too.
        exists = situation["exists"] or any(
            domain == author and texts != [] or domain.endswith("." + author)
            for domain, texts in situation["records"].items()
        )
        order = ["sp", "p"] if exists else ["np", "sp", "p"]
        policy = next(policies[name] for name in order if name in policies)
    if sound and record.get("t", "").lower() == "y" and policy != "none":
        policy = POLICIES[POLICIES.index(policy) - 1]  # 4.7 "t"
    answer = {"at": at, "policy": policy}
    try:
        answer["organization"] = walker.organization(author)
    except TemporaryError:
        answer["organization"] = None
    unknown = False
    for mode, domains in (("aspf", situation["spf"]), ("adkim", situation["dkim"])):
        strict = record.get(mode, "").lower() == "s"
        for domain in domains:
            if domain == author:
                return {**answer, "result": "pass"}
            if strict:
                continue
            try:
                # Without a common label at the end nothing could make them one.
                if domain.split(".")[-1] != author.split(".")[-1]:
                    continue
                if walker.organization(domain) == walker.organization(author):
                    return {**answer, "result": "pass"}
            except TemporaryError:
                unknown = True
    return {**answer, "result": "temperror" if unknown else "fail"}


for line in sys.stdin:
    print(json.dumps(judge(json.loads(line))), flush=True)
