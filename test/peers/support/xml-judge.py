# Judges documents by expat, one in base64 on each line of standard input: "ok" and what it holds, or why it is not well-formed.
import base64
import json
import sys
import xml.etree.ElementTree as tree


def outline(element):
    return [element.tag, sorted(element.attrib.items()), (element.text or '') + ''.join(c.tail or '' for c in element),
            [outline(child) for child in element]]


for line in sys.stdin:
    document = base64.b64decode(line)
    try:
        root = tree.fromstring(document)
        print('ok ' + json.dumps(outline(root)))
    except (tree.ParseError, ValueError, LookupError) as fault:
        print('fault ' + str(fault))
