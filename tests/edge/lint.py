"""Prints what httplint notes of answers.

Standard input: a JSON list of [request, answer, time]: the bytes that were sent, each as the character of its
number, and the time when the answer came, in seconds since 1970. Standard output: a JSON list of each one's notes.
With `--version`, prints httplint's.
"""

import json
import sys
import types

# httplint guesses the type of a body with this package, of which there is no wheel. Without it, no
# guess differs from `Content-Type`.
sys.modules["sniffpy"] = types.SimpleNamespace(sniff=lambda _, declared: declared)

import httplint


def read(message):
    """Splits a message into its first line, its fields, and what follows them."""
    head, _, rest = message.encode("latin-1").partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    fields = [tuple(line.split(b":", 1)) for line in lines]
    return first.split(b" ", 2), [(name, value.strip(b" \t")) for name, value in fields], rest


def notes(sent, received, time):
    (method, target, version), fields, _ = read(sent)
    request = httplint.HttpRequestLinter(start_time=time)
    request.process_request_topline(method, target, version.removeprefix(b"HTTP/"))
    request.process_headers(fields)
    request.finish_content(True)

    (version, status, phrase), fields, body = read(received)
    answer = httplint.HttpResponseLinter(start_time=time)
    answer.request = request
    answer.is_head_response = method == b"HEAD"
    answer.process_response_topline(version.removeprefix(b"HTTP/"), status, phrase)
    answer.process_headers(fields)
    assert b"transfer-encoding" not in [name.lower() for name, _ in fields], "not read here"
    if body:
        answer.feed_content(body)
    answer.finish_content(True)
    return [
        {
            "level": note.level.value,
            "subject": note.subject,
            "code": type(note).__name__,
            "summary": note.summary,
        }
        for parent in answer.notes
        for note in [parent, *parent.subnotes]
    ]


if sys.argv[1:] == ["--version"]:
    print("httplint", httplint.__version__)
else:
    json.dump([notes(*exchange) for exchange in json.load(sys.stdin)], sys.stdout)
