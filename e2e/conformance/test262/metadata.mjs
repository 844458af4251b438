// What a test says about itself in its front matter (test262's INTERPRETING.md). Reads the few fields that steer a
// run, by pattern: the front matter is YAML, but of these fields only lists and pairs are ever written.

/** { flags: Set, includes: string[], negative: { phase, type } or null } of a test's text. */
export function readMetadata(text) {
  const front = /\/\*---([\s\S]*?)---\*\//.exec(text)?.[1] ?? '';
  const negative = /^negative:\s*\n((?:[ \t]+.*\n?)+)/m.exec(front)?.[1];
  return {
    flags: new Set(list(front, 'flags')),
    includes: list(front, 'includes'),
    negative: negative
      ? { phase: /phase:\s*(\S+)/.exec(negative)?.[1], type: /type:\s*(\S+)/.exec(negative)?.[1] }
      : null,
  };
}

/** `name: [a, b]`, or the same with an item a line. */
function list(front, name) {
  const found = new RegExp(`^${name}:[ \\t]*(?:\\[([^\\]]*)\\]|((?:\\s*\\n[ \\t]+-.*)+))`, 'm').exec(front);
  if (!found) return [];
  return (found[1] ?? found[2].replace(/^\s*-/gm, ','))
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/**
 * How a test is to be run: as written, as written with "use strict" before it, or both. None where it asks for an
 * agent that cannot block, since the main thread of Node can.
 */
export function strictnessesOf({ flags }) {
  if (flags.has('CanBlockIsFalse')) return [];
  if (flags.has('module') || flags.has('raw') || flags.has('noStrict')) return [false];
  return flags.has('onlyStrict') ? [true] : [false, true];
}

/** Files of the harness that run before the test, in this order. */
export function harnessOf({ flags, includes }) {
  if (flags.has('raw')) return [];
  return ['assert.js', 'sta.js', ...(flags.has('async') ? ['doneprintHandle.js'] : []), ...includes];
}
