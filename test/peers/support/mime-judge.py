# Reads messages with Python's email package: for each file a line of JSON, its parts in order: type, charset, digest of the
# decoded content with its line ends made LF.
import email
import email.policy
import hashlib
import json
import sys

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.compat32)
    parts = []
    for part in message.walk():
        if part.is_multipart():
            parts.append([part.get_content_type()])
            continue
        content = (part.get_payload(decode=True) or b"").replace(b"\r\n", b"\n").rstrip(b"\n")
        parts.append([part.get_content_type(), part.get_filename(), hashlib.sha256(content).hexdigest()])
    print(json.dumps(parts))
