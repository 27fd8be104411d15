// The sentence that a fix has changed, to quote it where the fix was pressed: on a phone the text is out of sight there.

const ENDS = /[.!?…\n]/;
const LONGEST = 160;

/** The sentence of `after` in which it differs from `before`; empty where it does not, or nothing is left there. */
export function mended(before, after) {
  if (before === after) return "";
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  let start = head;
  while (start > 0 && !ends(after, start - 1)) start -= 1;
  let end = Math.max(head, after.length - tail);
  while (end < after.length && !(end > start && ends(after, end - 1))) end += 1;
  const signs = Array.from(after.slice(start, end).trim());
  return signs.length > LONGEST ? `${signs.slice(0, LONGEST).join("")}…` : signs.join("");
}

/** Whether a sentence ends with that sign; the dot of "3.15" or of a web address ends none. */
function ends(words, at) {
  return ENDS.test(words[at]) && (words[at] === "\n" || at + 1 === words.length || /\s/.test(words[at + 1]));
}
