// Draws the group's posts. Ten are fetched when the reader comes near the bottom; at most four lots stand in the
// page at once, and what lies outside is replaced by empty space of the same height.
"use strict";

const LOT = 10;
const LOTS_DRAWN = 4;
const FOLD_AT = 300;
const NEAR = 300;

const feed = document.getElementById("feed");
const above = document.getElementById("above");
const below = document.getElementById("below");
const lots = [];
const heights = [];
const unfolded = new Set();
let first = 0;
let ended = false;
let busy = false;

function element(name, className, text) {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function fold(text, post) {
  const points = Array.from(post.text);
  if (points.length <= FOLD_AT || unfolded.has(post.id)) {
    text.textContent = post.text;
    return null;
  }
  text.textContent = points.slice(0, FOLD_AT).join("") + "…";
  const more = element("button", "more", "Xem thêm");
  more.type = "button";
  more.addEventListener("click", () => {
    unfolded.add(post.id);
    text.textContent = post.text;
    more.remove();
  });
  return more;
}

function draw(post) {
  const node = element("div", "post");
  node.dataset.id = post.id;
  const author = element("a", "author", post.author);
  author.href = "/user/" + encodeURIComponent(post.author_id) + "/";
  author.dataset.authorId = post.author_id;
  const link = element("a", "permalink");
  link.href = "/posts/" + encodeURIComponent(post.id) + "/";
  const time = element("time", "when", post.shown_time);
  time.dateTime = post.posted_at;
  link.append(time);
  const text = element("div", "text");
  const more = fold(text, post);
  node.append(author, link, text);
  if (more !== null) node.append(more);
  if (post.edited) node.append(element("span", "edited", "Đã chỉnh sửa"));
  return node;
}

function lotNode(number) {
  const lot = element("div", "lot");
  lot.dataset.lot = number;
  lot.append(...lots[number].map(draw));
  return lot;
}

function total(from, to) {
  return heights.slice(from, to).reduce((sum, height) => sum + height, 0);
}

function space() {
  above.style.height = total(0, first) + "px";
  below.style.height = total(first + feed.childElementCount, lots.length) + "px";
}

function addBelow() {
  feed.append(lotNode(first + feed.childElementCount));
  if (feed.childElementCount > LOTS_DRAWN) {
    heights[first] = feed.firstElementChild.offsetHeight;
    feed.firstElementChild.remove();
    first += 1;
  }
  space();
}

function addAbove() {
  first -= 1;
  feed.prepend(lotNode(first));
  if (feed.childElementCount > LOTS_DRAWN) {
    heights[first + feed.childElementCount - 1] = feed.lastElementChild.offsetHeight;
    feed.lastElementChild.remove();
  }
  space();
}

async function fetchLot() {
  const last = lots.length ? lots[lots.length - 1].at(-1).id : "";
  const answer = await fetch("/api/posts?after=" + encodeURIComponent(last) + "&limit=" + LOT);
  if (!answer.ok) throw new Error("posts: " + answer.status);
  const lot = await answer.json();
  if (lot.posts.length) lots.push(lot.posts);
  ended = !lot.more;
}

async function look() {
  if (busy) return;
  busy = true;
  try {
    for (;;) {
      const drawnTo = first + feed.childElementCount;
      const box = feed.getBoundingClientRect();
      if (box.bottom < window.innerHeight + NEAR && (drawnTo < lots.length || !ended)) {
        if (drawnTo === lots.length) await fetchLot();
        if (drawnTo < lots.length) addBelow();
      } else if (box.top > -NEAR && first > 0) {
        addAbove();
      } else {
        break;
      }
    }
    document.body.classList.toggle("ended", ended);
  } finally {
    busy = false;
  }
}

window.addEventListener("scroll", look, { passive: true });
window.addEventListener("resize", look);
look();
