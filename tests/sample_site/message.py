"""One post of the forum as XenForo 2 writes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from page import broken_lines, escaped
from posts import SamplePost, member_number

LINE_BREAK = "<br />\n"
QUOTED_LENGTH = 160


def article(post: SamplePost, position: int, before: SamplePost | None, thread: int, path: str) -> str:
    """Return a post's element; ``position`` counts from 1 in its thread, ``before`` is the post above it."""
    local_id, author = escaped(post["id"]), escaped(post["author"])
    if post.get("deleted"):
        return tombstone(local_id, author)
    words = broken_lines(post["text"], LINE_BREAK)
    if position == 1 and thread % 7 == 0:
        # A thread that opens with somebody else's words has nothing but the quote to read.
        words = f'<blockquote class="bbCodeBlock bbCodeBlock--quote js-expandWatch">{words}</blockquote>'
    elif position > 1 and position % 2 and before is not None and not before.get("deleted"):
        words = quote_of(before) + words
    posted = datetime.fromisoformat(post["created_at"])
    own = f"{escaped(path)}post-{local_id}"
    return (
        f'<article class="message message--post js-post" data-author="{author}" data-content="post-{local_id}" '
        f'id="js-post-{local_id}">\n{user_cell(post["author"])}'
        '<div class="message-main"><header class="message-attribution"><ul class="message-attribution-main">'
        f'<li><a href="{own}" rel="nofollow">{time_element(posted)}</a></li></ul>'
        f'<ul class="message-attribution-opposite"><li><a href="{own}">#{position}</a></li></ul>'
        "</header>\n"
        f'<div class="message-body js-selectToQuote"><div class="bbWrapper">{words}</div></div>\n'
        f"{last_edit(post, posted)}{signature(post['author'])}</div></article>\n"
    )


def user_cell(author: str) -> str:
    """Return the column that names the author; guests have a name but no number."""
    name, number = escaped(author), member_number(author)
    if number % 11 == 0:
        return f'<div class="message-user"><span class="username">{name}</span></div>\n'
    return (
        f'<div class="message-user"><a href="/members/{number}/" class="username" data-user-id="{number}">{name}</a>'
        "</div>\n"
    )


def time_element(moment: datetime) -> str:
    """Return a time as XenForo 2.2 writes it: an offset without a colon, and the seconds since 1970."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S%z")
    shown = moment.strftime("%d/%m/%Y lúc %H:%M")
    return f'<time class="u-dt" datetime="{stamp}" data-time="{int(moment.timestamp())}">{shown}</time>'


def quote_of(post: SamplePost) -> str:
    """Return a quote of the beginning of another post, as a reply carries it above its own words."""
    words = broken_lines(post["text"][:QUOTED_LENGTH], LINE_BREAK)
    return (
        f'<blockquote class="bbCodeBlock bbCodeBlock--quote" data-quote="{escaped(post["author"])}">'
        f'<div class="bbCodeBlock-title">{escaped(post["author"])} đã viết:</div>'
        f'<div class="bbCodeBlock-content"><div class="bbCodeBlock-expandContent">{words}</div>'
        '<div class="bbCodeBlock-expandLink"><a role="button">Nhấn để mở rộng...</a></div></div></blockquote>'
    )


def last_edit(post: SamplePost, posted: datetime) -> str:
    """Return the mark of a later change, on rewritten posts and on some whose author mended a word early on."""
    if post.get("edited"):
        changed = posted + timedelta(days=1)
    elif member_number(post["id"]) % 13 == 0 and not post.get("edited_text"):
        changed = posted + timedelta(minutes=7)
    else:
        return ""
    return f'<div class="message-lastEdit">Sửa lần cuối: {time_element(changed)}</div>\n'


def signature(author: str) -> str:
    """Return the words that some authors put under everything they write, in an element named like the post's own."""
    if member_number(author) % 3:
        return ""
    words = f"Chữ ký của {escaped(author)}: sống là cho đâu chỉ nhận riêng mình"
    return f'<aside class="message-signature"><div class="bbWrapper">{words}</div></aside>\n'


def tombstone(local_id: str, author: str) -> str:
    """Return what is left of a deleted post: its place, and no words."""
    return (
        f'<article class="message message--post message--deleted" data-author="{author}" '
        f'data-content="post-{local_id}" id="js-post-{local_id}">'
        '<div class="message-main"><div class="messageNotice messageNotice--deleted">Bài viết đã bị xóa.</div></div>'
        "</article>\n"
    )
