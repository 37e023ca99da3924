"""The group: an almost empty page whose own script fetches posts and draws them while the reader scrolls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from page import JSON, PLAIN, Page, Place, document, escaped, page
from posts import SamplePost, member_number

HOST = "group.sample.test"
LOT = 10
TITLE = "Hội việc làm Mẫu"

STYLE = """
body { font: 16px/1.5 sans-serif; margin: 0 auto; max-width: 42rem; overflow-anchor: none; }
.post { box-sizing: border-box; min-height: 11rem; padding: 1rem; border-bottom: 1px solid #ccc; }
.author { font-weight: bold; margin-right: 1rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
"""


def pages(posts: Sequence[SamplePost], script: Path) -> Place:
    """Render the shell, its script and every answer the script can ask for."""
    place: dict[str, Page] = {
        "/": page(shell()),
        "/robots.txt": page("User-agent: *\nDisallow: /user/\n", PLAIN),
        "/app.js": page(script.read_text(encoding="utf-8"), "text/javascript; charset=utf-8"),
        "/app.css": page(STYLE, "text/css; charset=utf-8"),
        "/favicon.ico": page("", "image/x-icon"),
    }
    for post in posts:
        place[f"/posts/{post['id']}/"] = page(alone(post))
    after = ""
    for start in range(0, max(len(posts), 1), LOT):
        lot = posts[start : start + LOT]
        place[f"/api/posts?after={after}&limit={LOT}"] = page(lot_json(lot, start + LOT < len(posts)), JSON)
        after = lot[-1]["id"] if lot else ""
    return place


def shell() -> str:
    """Return the page that holds no post until its script has run."""
    return document(
        TITLE,
        f"<h1>{escaped(TITLE)}</h1>\n<noscript>Hãy bật JavaScript để xem bài viết.</noscript>\n"
        '<div id="above"></div><div id="feed" role="feed"></div><div id="below"></div>',
        '<link rel="stylesheet" href="/app.css">\n<script src="/app.js" defer></script>\n',
    )


def alone(post: SamplePost) -> str:
    """Return the page of one post, whole and without script."""
    drawn = shown(post)
    body = (
        f'<div class="post" data-id="{escaped(post["id"])}"><a class="author">{escaped(post["author"])}</a>'
        f'<time datetime="{drawn["posted_at"]}">{drawn["shown_time"]}</time>'
        f'<div class="text">{escaped(post["text"])}</div></div>'
    )
    return document(TITLE, body, '<link rel="stylesheet" href="/app.css">\n')


def lot_json(lot: Sequence[SamplePost], more: bool) -> str:
    """Return one answer of the posts address."""
    return json.dumps({"posts": [shown(post) for post in lot], "more": more}, ensure_ascii=False)


def shown(post: SamplePost) -> dict[str, object]:
    """Return what the script needs to draw one post."""
    posted = datetime.fromisoformat(post["created_at"])
    return {
        "id": post["id"],
        "author": post["author"],
        "author_id": str(member_number(post["author"])),
        "text": post["text"],
        "posted_at": post["created_at"],
        "shown_time": posted.strftime("%d/%m/%Y lúc %H:%M"),
        "edited": bool(post.get("edited")),
    }
