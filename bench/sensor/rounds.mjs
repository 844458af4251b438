// Runs of all subjects in turns, so that what the machine does besides meets all of them alike: in each round every
// subject on every Node, in another order each time. A subject that fails once is left out from then on, and said. What
// goals are held against gets one round in any case; the rest ends when the time is up.

/**
 * Resolves with { node, subject, results, failure } for each pair: `results` are what `run(node, subject, round)`
 * resolved with, `failure` is null or why there are no more. What no goal is held against gets fewer rounds, and `isOver()`
 * says whether the time is up.
 */
export async function inTurns({ nodes, subjects, rounds, peerRounds, run, note, isOver = () => false }) {
  const pairs = nodes.flatMap((node) => subjects.map((subject) => ({ node, subject, results: [], failure: null })));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? pairs : pairs.toReversed();
    for (const pair of order) {
      if (pair.failure !== null || (!pair.subject.often && round >= peerRounds)) continue;
      if (isOver() && (round > 0 || !pair.subject.often)) {
        if (round === 0) pair.failure = NO_TIME;
        continue;
      }
      note(`round ${round + 1} of ${rounds}: ${pair.subject.name} on Node ${pair.node.major}`);
      try {
        pair.results.push(await run(pair.node, pair.subject, round));
      } catch (error) {
        pair.failure = error.message;
      }
    }
  }
  return pairs;
}

/** Why something has no figures. */
export const NO_TIME = 'its turn did not come in the time that the case may take';

/** The rows that say who could not be measured, and why. */
export function failures(title, pairs) {
  return pairs
    .filter(({ failure }) => failure !== null)
    .map(({ node, subject, failure }) => ({
      case: title,
      subject: subject.name,
      node: node.version,
      metric: 'not measured',
      unit: '',
      value: null,
      reason: failure,
    }));
}

/** The pair of another subject on the same Node. */
export function on(pairs, node, name) {
  return pairs.find((pair) => pair.node === node && pair.subject.name === name);
}
