/**
 * The matches between features of the new picture and the old one, and what most of them agree on.
 */

/** Size of the surroundings that a match stands for; see motion.ts. */
export const BLOCK_WIDTH: i32 = 17;
export const BLOCK_ROWS: i32 = 7;
/** Votes by displacement, open addressing: { packed displacement u32, count u32 }, count 0 = free. */
const VOTE_SLOTS: u32 = 1 << 14;
/** Displacements beyond this many have no votes: linear probing wants empty slots. */
const VOTE_LIMIT: i32 = 1 << 13;
/** { x u16, y u16, dx i16, dy i16 } each; further ones are not taken. */
const MATCH_LIMIT: i32 = 1 << 14;
/** Second-class matches, which have this bit set in y, leave room for others. */
const SECOND_CLASS: u64 = 1 << 31;
const SECOND_CLASS_LIMIT: i32 = MATCH_LIMIT / 4 * 3;

/** Bytes that `votesBegin` wants at its address. */
export const VOTES_BYTES: i32 = <i32>VOTE_SLOTS * 8 + MATCH_LIMIT * 8;

let votes: usize = 0;
let matches: usize = 0;
let matched: i32 = 0;

/** Forgets all matches. */
export function votesBegin(memoryAddress: usize): void {
  votes = memoryAddress;
  matches = votes + VOTE_SLOTS * 8;
  matched = 0;
}

/**
 * A feature of the new picture at (x, y) that was (dx, dy) away in the old one.
 * @param secondClass its vote only counts when there are no others
 */
export function addMatch(x: i32, y: i32, dx: i32, dy: i32, secondClass: bool): void {
  if (matched >= (secondClass ? SECOND_CLASS_LIMIT : MATCH_LIMIT)) return;
  let match = <u64>x | <u64>y << 16 | <u64>(<u16>dx) << 32 | <u64>(<u16>dy) << 48;
  if (secondClass) match |= SECOND_CLASS;
  store<u64>(matches + <usize>(matched++) * 8, match);
}

export function matchCount(): i32 {
  return matched;
}

/** Address of the vote on a displacement, which may be free. */
// @ts-ignore: decorator
@inline
function voteOn(displacement: u32): usize {
  let slot = (displacement * 0x9e3779b1) >> 18;
  while (true) {
    const entry = votes + <usize>slot * 8;
    if (load<u32>(entry, 4) == 0 || load<u32>(entry) == displacement) return entry;
    slot = (slot + 1) & (VOTE_SLOTS - 1);
  }
}

/**
 * The displacement that most of the remaining matches agree on. Matches whose displacement has fewer
 * than `least` votes are dropped. Second-class matches wait until there are no others.
 *
 * @param out seven i32: dx, dy, and the box around the surroundings of the features that voted: left, top, right,
 * bottom; then the number of votes
 * @returns whether there is one
 */
export function motionVote(least: i32, out: usize): bool {
  return vote(least, 0, out) || vote(least, SECOND_CLASS, out);
}

function vote(least: i32, voters: u64, out: usize): bool {
  memory.fill(votes, 0, VOTE_SLOTS * 8);
  let displacements = 0;
  for (let i = 0; i < matched; i++) {
    const match = load<u64>(matches + <usize>i * 8);
    if ((match & SECOND_CLASS) != voters) continue;
    const displacement = <u32>(match >> 32);
    const entry = voteOn(displacement);
    const count = load<u32>(entry, 4);
    if (count == 0 && ++displacements > VOTE_LIMIT) continue;
    store<u32>(entry, displacement);
    store<u32>(entry, count + 1, 4);
  }
  let kept = 0;
  let best: u32 = 0;
  let most: u32 = 0;
  for (let i = 0; i < matched; i++) {
    const match = load<u64>(matches + <usize>i * 8);
    if ((match & SECOND_CLASS) == voters) {
      const displacement = <u32>(match >> 32);
      const count = load<u32>(voteOn(displacement), 4);
      if (count < <u32>least) continue;
      if (count > most) {
        most = count;
        best = displacement;
      }
    }
    store<u64>(matches + <usize>(kept++) * 8, match);
  }
  matched = kept;
  if (most == 0) return false;
  store<i32>(out, <i32>(<i16>(best & 0xffff)));
  store<i32>(out, <i32>(<i16>(best >> 16)), 4);
  store<i32>(out, <i32>most, 24);
  boxAround(best, voters, out + 8);
  return true;
}

/** Writes the box around the surroundings of the features that voted for a displacement: four i32. */
function boxAround(displacement: u32, voters: u64, out: usize): void {
  let left = i32.MAX_VALUE;
  let top = i32.MAX_VALUE;
  let right = 0;
  let bottom = 0;
  for (let i = 0; i < matched; i++) {
    const match = load<u64>(matches + <usize>i * 8);
    if (<u32>(match >> 32) != displacement || (match & SECOND_CLASS) != voters) continue;
    const x = <i32>(match & 0x3fff);
    const y = <i32>(match >> 16 & 0x3fff);
    left = min(left, x);
    top = min(top, y);
    right = max(right, x + BLOCK_WIDTH);
    bottom = max(bottom, y + BLOCK_ROWS);
  }
  store<i32>(out, left);
  store<i32>(out, top, 4);
  store<i32>(out, right, 8);
  store<i32>(out, bottom, 12);
}

/** Drops the matches for a displacement: it has been tried. */
export function motionDropVector(dx: i32, dy: i32): void {
  const displacement = <u32>dx & 0xffff | <u32>dy << 16;
  let kept = 0;
  for (let i = 0; i < matched; i++) {
    const match = load<u64>(matches + <usize>i * 8);
    if (<u32>(match >> 32) != displacement) store<u64>(matches + <usize>(kept++) * 8, match);
  }
  matched = kept;
}

/** Drops the matches whose place is in a rectangle: it has been dealt with. */
export function motionDropArea(x: i32, y: i32, w: i32, h: i32): void {
  let kept = 0;
  for (let i = 0; i < matched; i++) {
    const match = load<u64>(matches + <usize>i * 8);
    const column = <i32>(match & 0x3fff) - x;
    const row = <i32>(match >> 16 & 0x3fff) - y;
    const inside = column >= 0 && column < w && row >= 0 && row < h;
    if (!inside) store<u64>(matches + <usize>(kept++) * 8, match);
  }
  matched = kept;
}
