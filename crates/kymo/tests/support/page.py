"""Reads an HTML file as a strict reader does, and prints what people read of it.

Fails where an element is not closed, or closed in another's place, where an attribute or an id comes twice, and where
anything would run or be fetched: a script, a handler of events, a reference outside the page.
"""

import sys
from html.parser import HTMLParser

VOID = {"meta", "br", "wbr", "link", "img", "input", "hr"}
INLINE = {"bdi", "code", "strong", "span", "a", "svg", "path"}
FORBIDDEN = {"script", "link", "img", "iframe", "object", "embed", "form", "base", "video", "audio", "use", "image"}
REFERENCES = {"src", "href", "xlink:href", "action", "data", "poster", "srcset", "background"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.text, self.styles = [], set(), [], 0

    def fault(self, what):
        line, column = self.getpos()
        sys.exit(f"{sys.argv[1]}:{line}:{column}: {what}")

    def handle_starttag(self, tag, attributes):
        if tag in FORBIDDEN:
            self.fault(f"<{tag}>")
        names = [name for name, _ in attributes]
        if len(set(names)) != len(names):
            self.fault(f"an attribute comes twice in <{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name == "style":
                self.fault(f"the attribute {name}")
            if name in REFERENCES and not (value or "").startswith("#"):
                self.fault(f"a reference to {value}")
            if name == "id":
                if value in self.ids:
                    self.fault(f"the id {value} comes twice")
                self.ids.add(value)
            if tag == "svg" and name == "aria-label":
                self.text.append(f"[picture: {value}]\n")
        self.styles += tag == "style"
        if tag == "br":
            self.text.append("\n")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        # What is in a picture may close itself; elsewhere the slash is ignored, and the element stays open.
        if "svg" not in self.open:
            self.fault(f"<{tag}/> is no element of HTML")
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.fault(f"</{tag}> closes {self.open[-1:] or 'nothing'}")
        self.open.pop()
        if tag not in INLINE:
            self.text.append("\n")

    def handle_data(self, data):
        if "style" in self.open:
            if "url(" in data or "@import" in data:
                self.fault("a style sheet that fetches")
        else:
            self.text.append(data)


page = Page()
with open(sys.argv[1], encoding="utf-8") as file:
    source = file.read()
if not source.startswith("<!DOCTYPE html>"):
    page.fault("no document type")
page.feed(source)
page.close()
if page.open:
    page.fault(f"{page.open} is never closed")
if page.styles != 1:
    page.fault(f"{page.styles} style elements")
# A space that does not break is one to a reader, too.
lines = "".join(page.text).replace("\u00a0", " ").splitlines()
print("\n".join(line.rstrip() for line in lines if line.strip()))
