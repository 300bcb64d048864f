// Pages at rest and pages that move. One that is RESIDENT or OUT has a word, 4 bytes, and nothing else: a touch that misses and the choice of
// a victim come to any page there is, and what they read of it is to fit a cache. One that moves has a record, one of the few that are in
// use again and again, and its word says which.

import { OUT, STATE, Page, PageQueue, PAGE_BITS, S, backendOf } from "./state";
import { Task, isNull, nothing } from "../../cpu/state";

// the word of a page that moves: where its record is, a multiple of 16, and this in place of its state
// @ts-ignore: decorator
@inline const MOVES: u32 = 7;

/** The word of a page at rest. */
// @ts-ignore: decorator
@inline
export function restOf(page: u32): u32 {
  return load<u32>(S.words + (<usize>page << 2));
}

// @ts-ignore: decorator
@inline
export function setRest(page: u32, word: u32): void {
  store<u32>(S.words + (<usize>page << 2), word);
}

// @ts-ignore: decorator
@inline
export function isAtRest(page: u32): bool {
  return (restOf(page) & STATE) <= OUT;
}

/** The record of a page that moves. */
// @ts-ignore: decorator
@inline
export function pageAt(page: u32): Page {
  assert(!isAtRest(page));
  return changetype<Page>(<usize>restOf(page) - MOVES);
}

/** The word of any page. */
// @ts-ignore: decorator
@inline
export function wordOf(page: u32): u32 {
  const word = restOf(page);
  return (word & STATE) <= OUT ? word : changetype<Page>(<usize>word - MOVES).word;
}

/** What is kept of a page that is OUT and has that word. */
// @ts-ignore: decorator
@inline
export function keptOf(page: u32, word: u32): u32 {
  return S.kepts != 0 ? load<u32>(S.kepts + (<usize>page << 2)) : backendOf(word).kept;
}

/** `page` was at rest and has that state and bits from now on. */
export function beginMove(page: u32, bits: u32): Page {
  return move(page, bits, keptOf(page, restOf(page)));
}

/** The same where what is kept of pages does not vary. */
// @ts-ignore: decorator
@inline
export function beginPlainMove(page: u32, bits: u32): Page {
  return move(page, bits, backendOf(restOf(page)).kept);
}

// @ts-ignore: decorator
@inline
function move(page: u32, bits: u32, kept: u32): Page {
  let at = S.pageSpare;
  if (at != 0) S.pageSpare = changetype<Page>(at).next;
  else at = S.pages + (<usize>(S.pageTop++) << PAGE_BITS);
  const p = changetype<Page>(at);
  const word = restOf(page);
  assert((word & STATE) <= OUT);
  p.word = (word & ~STATE) | bits;
  p.kept = kept;
  p.waiters = nothing<Task>();
  setRest(page, <u32>at + MOVES);
  return p;
}

/** `page`, whose record says RESIDENT or OUT, is at rest again; nobody waits for it. */
export function endMove(page: u32, p: Page): void {
  assert(isNull(p.waiters));
  if (S.kepts != 0) store<u32>(S.kepts + (<usize>page << 2), p.kept);
  rest(page, p, p.word);
}

/** The same with that word, where what is kept of pages does not vary. */
// @ts-ignore: decorator
@inline
export function rest(page: u32, p: Page, word: u32): void {
  assert((word & STATE) <= OUT);
  setRest(page, word);
  p.next = <u32>S.pageSpare;
  S.pageSpare = changetype<usize>(p);
}

export function pushPage(q: PageQueue, page: u32): void {
  pageAt(page).next = 0;
  if (q.head == 0) q.head = page;
  else pageAt(q.tail).next = page;
  q.tail = page;
}

export function popPage(q: PageQueue): u32 {
  const page = q.head;
  q.head = pageAt(page).next;
  return page;
}
