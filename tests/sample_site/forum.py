"""The forum: thread lists and threads as XenForo 2 writes them, with sticky threads, quotes, edits and tombstones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from math import ceil

from message import article
from page import ORIGIN, PLAIN, Page, Place, document, escaped, moved, page
from posts import SamplePost, slug

HOST = "forum.sample.test"
BOARD = "/forums/viec-lam.1/"
PREFIXED = f"{BOARD}?prefix_id=1"
LIST_PAGES = 2
GENERATED_THREAD = 20
GENERATED_LIST = 50
POSTS_A_PAGE = 5
VIETNAM = timezone(timedelta(hours=7))
GENERATED_SINCE = datetime(2026, 1, 5, 7, 30, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread; a drifting one repeats the last post of a page as the first of the next."""

    number: int
    title: str
    posts: Sequence[SamplePost]
    sticky: bool = False
    drifting: bool = False

    @property
    def path(self) -> str:
        """The thread's address, in raw Unicode letters as Vietnamese boards show it."""
        return f"/threads/{slug(self.title, tones=True)}.{self.number}/"

    @property
    def page_starts(self) -> range:
        """The place of each page's first post."""
        step = POSTS_A_PAGE - 1 if self.drifting else POSTS_A_PAGE
        return range(0, max(len(self.posts) - self.drifting, 1), step)

    def page_path(self, number: int) -> str:
        """Return the address of one page of the thread, counted from 1."""
        return self.path if number == 1 else f"{self.path}page-{number}"


def pages(posts: Sequence[SamplePost], many: int) -> Place:
    """Render the whole forum; ``many`` adds that many numbered posts in threads of their own."""
    threads = read_threads(posts)
    generated = list(generated_threads(many))
    place: dict[str, Page] = {"/robots.txt": page("User-agent: *\nDisallow: /members/\nDisallow: /login/\n", PLAIN)}
    for thread in [*threads, *generated]:
        for number, start in enumerate(thread.page_starts, start=1):
            place[thread.page_path(number)] = page(thread_page(thread, number, start))
            for post in thread.posts[start : start + POSTS_A_PAGE]:
                place[f"{thread.path}post-{post['id']}"] = moved(f"{thread.page_path(number)}#post-{post['id']}")
    lists = list(list_pages(threads, generated))
    for number, shown in enumerate(lists, start=1):
        place[list_path(number)] = page(list_page(shown, number, len(lists)))
    place["/"] = moved(BOARD)
    place[PREFIXED] = place[BOARD]
    return place


def read_threads(posts: Sequence[SamplePost]) -> list[Thread]:
    """Put posts into their threads, in the order in which the threads first appear; the longest one drifts."""
    by_thread: dict[str, list[SamplePost]] = {}
    for post in posts:
        by_thread.setdefault(post["thread"], []).append(post)
    longest = max(by_thread.values(), key=len, default=[])
    threads = []
    for number, members in enumerate(by_thread.values(), start=1001):
        sticky = any(post.get("sticky") for post in members)
        threads.append(Thread(number, members[0]["thread_title"], members, sticky, members is longest))
    return threads


def generated_threads(many: int) -> Iterator[Thread]:
    """Yield threads of plain numbered posts, the same words for the same number each time."""
    for number, start in enumerate(range(0, many, GENERATED_THREAD), start=1):
        members = [generated_post(place) for place in range(start, min(start + GENERATED_THREAD, many))]
        yield Thread(500_000 + number, f"Chủ đề đánh số {number}", members)


def generated_post(number: int) -> SamplePost:
    """Return one plain post that differs from every other by its number alone."""
    return {
        "id": f"n{number:07d}",
        "author": f"Thành viên {number % 97:02d}",
        "created_at": (GENERATED_SINCE + timedelta(minutes=number)).isoformat(),
        "text": f"Bài đánh số {number}: cửa hàng cần {number % 9 + 1} người đứng quầy.\nLương trao đổi khi gặp.",
    }


def list_pages(threads: Sequence[Thread], generated: Sequence[Thread]) -> Iterator[list[Thread]]:
    """Yield the threads of each list page: sticky ones head the two pages of the board's own threads."""
    sticky = [thread for thread in threads if thread.sticky]
    plain = [thread for thread in threads if not thread.sticky]
    half = max(ceil(len(plain) / LIST_PAGES), 1)
    for start in range(0, LIST_PAGES * half, half):
        yield sticky + plain[start : start + half]
    for start in range(0, len(generated), GENERATED_LIST):
        yield generated[start : start + GENERATED_LIST]


def list_path(number: int) -> str:
    """Return the address of one page of the thread list, counted from 1."""
    return BOARD if number == 1 else f"{BOARD}page-{number}"


def turned(following: str, absolute: bool) -> tuple[str, str]:
    """Return the link to the next page for the head and for the foot of a page; both empty on the last."""
    if not following:
        return "", ""
    href = f"{ORIGIN}{following}" if absolute else following.rpartition("/")[2]
    return (
        f'<link rel="next" href="{href}">\n',
        f'<nav class="pageNav"><a class="pageNav-jump pageNav-jump--next" rel="next" href="{href}">Tiếp</a></nav>',
    )


def list_page(threads: Sequence[Thread], number: int, count: int) -> str:
    """Return one page of the thread list."""
    following = list_path(number + 1) if number < count else ""
    head, foot = turned(following, absolute=number % 2 == 0)
    sticky = "".join(list_row(thread) for thread in threads if thread.sticky)
    plain = "".join(list_row(thread) for thread in threads if not thread.sticky)
    body = (
        '<h1 class="p-title-value">Việc làm</h1>\n<div class="structItemContainer">\n'
        f'<div class="structItemContainer-group structItemContainer-group--sticky">\n{sticky}</div>\n'
        f'<div class="structItemContainer-group js-threadList">\n{plain}</div>\n</div>\n{foot}'
    )
    return document("Việc làm | Diễn đàn Mẫu", body, head)


def list_row(thread: Thread) -> str:
    """Return a thread as it stands in the list; some carry a prefix, which is a link of its own."""
    prefix = f'<a href="{PREFIXED}" class="labelLink" rel="nofollow">Hỏi đáp</a> ' if thread.number % 5 == 0 else ""
    return (
        f'<div class="structItem structItem--thread js-threadListItem-{thread.number}"><div class="structItem-title">'
        f'{prefix}<a href="{escaped(thread.path)}" data-tp-primary="on">{escaped(thread.title)}</a></div></div>\n'
    )


def thread_page(thread: Thread, number: int, start: int) -> str:
    """Return one page of a thread."""
    following = thread.page_path(number + 1) if number < len(thread.page_starts) else ""
    head, foot = turned(following, absolute=thread.number % 2 == 0)
    shown = thread.posts[start : start + POSTS_A_PAGE]
    articles = "".join(
        article(post, place + 1, thread.posts[place - 1] if place else None, thread.number, thread.path)
        for place, post in enumerate(shown, start=start)
    )
    body = (
        f'<h1 class="p-title-value">{escaped(thread.title)}</h1>\n'
        f'<div class="p-breadcrumbs"><a href="{BOARD}">Việc làm</a></div>\n'
        f'<div class="block-body js-replyNewMessageContainer">\n{articles}</div>\n{foot}'
    )
    return document(f"{thread.title} | Diễn đàn Mẫu", body, head)
